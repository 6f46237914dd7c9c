// Owns: the frame of every page and which path is which page. Must not know: what pages show.
import { lazy, Suspense } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { ConnectionBadge } from "./components/connection-badge.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { Skeleton } from "./components/skeleton.tsx";
import { ThemeToggle } from "./components/theme-toggle.tsx";
import { ExperimentsPage } from "./routes/experiments/experiments-page.tsx";

const ExperimentPage = lazy(async () => ({ default: (await import("./routes/experiment/experiment-page.tsx")).ExperimentPage }));

const SECTIONS = [["/", "Experiments", /^\/($|experiments|runs)/]] as const;

export function App() {
  const [path] = useLocation();
  return (
    <>
      <a className="skip" href="#content">
        Skip to content
      </a>
      <header className="frame-head">
        <Link href="/" className="brand">
          Gradus
        </Link>
        <nav aria-label="Sections">
          {SECTIONS.map(([href, name, paths]) => (
            <Link key={href} href={href} aria-current={paths.test(path) ? "page" : undefined}>
              {name}
            </Link>
          ))}
        </nav>
        <ConnectionBadge />
        <ThemeToggle />
      </header>
      <main className="frame-main" id="content">
        <Suspense fallback={<Skeleton lines={6} />}>
          <Switch>
            <Route path="/">
              <ExperimentsPage />
            </Route>
            <Route path="/experiments/:id">{({ id }) => <ExperimentPage key={id} id={decodeURIComponent(id)} />}</Route>
            <Route>
              <EmptyState title="There is no such page.">
                <Link href="/">All experiments</Link>
              </EmptyState>
            </Route>
          </Switch>
        </Suspense>
      </main>
    </>
  );
}
