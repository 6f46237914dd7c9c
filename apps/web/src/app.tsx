// Owns: the frame of every page and which path is which page. Must not know: what pages show.
import { lazy, Suspense, useEffect } from "react";
import { Link, Route, Switch, useLocation } from "wouter";
import { Broken } from "./components/broken.tsx";
import { ConnectionBadge } from "./components/connection-badge.tsx";
import { EmptyState } from "./components/empty-state.tsx";
import { Shortcuts } from "./components/shortcuts.tsx";
import { Skeleton } from "./components/skeleton.tsx";
import { ThemeToggle } from "./components/theme-toggle.tsx";
import { UndoBar } from "./components/undo.tsx";
import { useChosenZone } from "./format/time-zone.ts";
import { ExperimentsPage } from "./routes/experiments/experiments-page.tsx";

const ExperimentPage = lazy(async () => ({ default: (await import("./routes/experiment/experiment-page.tsx")).ExperimentPage }));

const RunsPage = lazy(async () => ({ default: (await import("./routes/runs/runs-page.tsx")).RunsPage }));
const RunPage = lazy(async () => ({ default: (await import("./routes/run/run-page.tsx")).RunPage }));
const StepPage = lazy(async () => ({ default: (await import("./routes/step/step-page.tsx")).StepPage }));
const ProblemsPage = lazy(async () => ({ default: (await import("./routes/problems/problems-page.tsx")).ProblemsPage }));
const ProblemPage = lazy(async () => ({ default: (await import("./routes/problem/problem-page.tsx")).ProblemPage }));
const CurriculaPage = lazy(async () => ({ default: (await import("./routes/curricula/curricula-page.tsx")).CurriculaPage }));
const NewPage = lazy(async () => ({ default: (await import("./routes/new/new-page.tsx")).NewPage }));
const SynthesesPage = lazy(async () => ({ default: (await import("./routes/synthesis/syntheses-page.tsx")).SynthesesPage }));
const SynthesisPage = lazy(async () => ({ default: (await import("./routes/synthesis/synthesis-page.tsx")).SynthesisPage }));
const NodesPage = lazy(async () => ({ default: (await import("./routes/nodes/nodes-page.tsx")).NodesPage }));

const SettingsPage = lazy(async () => ({ default: (await import("./routes/settings/settings-page.tsx")).SettingsPage }));
const RolloutPage = lazy(async () => ({ default: (await import("./routes/rollout/rollout-page.tsx")).RolloutPage }));

const SECTIONS = [
  ["/", "Experiments", /^\/($|experiments|new)/],
  ["/runs", "Runs", /^\/(runs|rollouts)/],
  ["/curricula", "Curricula", /^\/curricula/],
  ["/problems", "Problems", /^\/problems/],
  ["/synthesis", "Synthesis", /^\/synthesis/],
  ["/nodes", "Nodes", /^\/nodes/],
  ["/settings", "Settings", /^\/settings/],
] as const;

export function App() {
  const [path] = useLocation();
  const zone = useChosenZone();
  // On a phone the sections are wider than the window.
  useEffect(() => {
    // Not returned: a browser may answer with a promise, which is no way to end an effect.
    void document.querySelector("nav a[aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [path]);
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
        <Shortcuts />
        <ThemeToggle />
      </header>
      <main className="frame-main" id="content" key={zone}>
        <Broken key={path}>
          <Suspense fallback={<Skeleton lines={6} />}>
            <Switch>
              <Route path="/">
                <ExperimentsPage />
              </Route>
              <Route path="/experiments/:id">{({ id }) => <ExperimentPage key={id} id={decodeURIComponent(id)} />}</Route>
              <Route path="/runs">
                <RunsPage />
              </Route>
              <Route path="/runs/:id">{({ id }) => <RunPage key={id} id={decodeURIComponent(id)} />}</Route>
              <Route path="/runs/:id/steps/:step">
                {({ id, step }) => <StepPage key={`${id} ${step}`} runId={decodeURIComponent(id)} step={Number(step)} />}
              </Route>
              <Route path="/problems">
                <ProblemsPage />
              </Route>
              <Route path="/problems/:id">{({ id }) => <ProblemPage key={id} id={decodeURIComponent(id)} />}</Route>
              <Route path="/rollouts/:id">{({ id }) => <RolloutPage key={id} id={decodeURIComponent(id)} />}</Route>
              <Route path="/settings">
                <SettingsPage />
              </Route>
              <Route path="/new">
                <NewPage />
              </Route>
              <Route path="/curricula">
                <CurriculaPage />
              </Route>
              <Route path="/synthesis">
                <SynthesesPage />
              </Route>
              <Route path="/synthesis/:id">{({ id }) => <SynthesisPage key={id} id={decodeURIComponent(id)} />}</Route>
              <Route path="/nodes">
                <NodesPage />
              </Route>
              <Route>
                <EmptyState title="There is no such page.">
                  <Link href="/">All experiments</Link>
                </EmptyState>
              </Route>
            </Switch>
          </Suspense>
        </Broken>
      </main>
      <UndoBar />
    </>
  );
}
