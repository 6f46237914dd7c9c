// Owns: keeping a page's panels under a name, going back to one, and giving an address that shows the same. Must not know: panels, where views are kept.
import { useState } from "react";
import { useLocation, useSearch } from "wouter";
import { Button } from "../components/button.tsx";
import { CopyButton } from "../components/copy-button.tsx";
import { Menu } from "../components/menu.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Trouble } from "../components/trouble.tsx";
import { useViews } from "./use-views.ts";
import { viewOf, withView } from "./workspace.ts";

interface ViewMenuProps {
  /** Which pages share the views. */
  readonly kind: string;
  readonly project: string | undefined;
  readonly defaults: string;
}

export function ViewMenu({ kind, project, defaults }: ViewMenuProps) {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const [isOpen, setOpen] = useState(false);
  const { views, error, trouble, reload, keep, forget } = useViews(kind, project, isOpen);
  const current = viewOf(search, defaults);
  const save = (form: FormData): void => {
    const name = String(form.get("name") ?? "").trim();
    if (name !== "") keep(name, current);
  };
  const full = withView(search, current);
  return (
    <Menu button="Views" className="view-menu" onToggle={setOpen}>
      {(close) => (
        <>
          {error && <Trouble error={error} onRetry={reload} />}
          {views === undefined ? (
            !error && isOpen && <Skeleton lines={2} />
          ) : views.length === 0 ? (
            <p className="small muted">Panels and how they are drawn, kept under a name for everybody who opens such a page.</p>
          ) : null}
          {views?.map((view) => (
            <div key={view.id} className="row spread" style={{ flexWrap: "nowrap" }}>
              <Button
                kind="quiet"
                aria-pressed={view.query === current}
                title={`Kept by ${view.createdBy}`}
                onClick={() => {
                  close();
                  navigate(`${path}?${withView(search, view.query)}`);
                }}
              >
                {view.name}
              </Button>
              <Button kind="quiet" aria-label={`Forget the view ${view.name}`} onClick={() => forget(view)}>
                ✕
              </Button>
            </div>
          ))}
          <form action={save} className="row" style={{ flexWrap: "nowrap" }}>
            <input name="name" aria-label="Name of this view" placeholder="name of this view" required maxLength={60} size={16} />
            <Button type="submit">Keep</Button>
          </form>
          <CopyButton text={`${location.origin}${path}?${full}`} name="Copy a link to this view" />
          {trouble !== null && (
            <p className="notice small" data-tone="bad" role="alert">
              {trouble}
            </p>
          )}
        </>
      )}
    </Menu>
  );
}
