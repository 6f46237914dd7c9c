// Owns: keeping a page's panels under a name, going back to one, and giving an address that shows the same. Must not know: panels.
import { useState } from "react";
import { useLocation, useSearch } from "wouter";
import { Button } from "../components/button.tsx";
import { CopyButton } from "../components/copy-button.tsx";
import { keepViews, savedViews, viewOf, withView } from "./workspace.ts";

interface ViewMenuProps {
  /** Which pages share the views. */
  readonly kind: string;
  readonly defaults: string;
}

export function ViewMenu({ kind, defaults }: ViewMenuProps) {
  const search = useSearch();
  const [path, navigate] = useLocation();
  const [views, setViews] = useState(() => savedViews(kind));
  const [trouble, setTrouble] = useState(false);
  const current = viewOf(search, defaults);
  const keep = (next: typeof views): void => {
    setTrouble(!keepViews(kind, next));
    setViews(next);
  };
  const save = (form: FormData): void => {
    const name = String(form.get("name") ?? "").trim();
    if (name !== "") keep([...views.filter((view) => view.name !== name), { name, query: current }]);
  };
  const full = withView(search, current);
  return (
    <details className="menu">
      <summary className="button">Views</summary>
      <div className="menu-items view-menu">
        {views.length === 0 && <p className="small muted">Panels and how they are drawn, kept under a name in this browser.</p>}
        {views.map(({ name, query }) => (
          <div key={name} className="row spread" style={{ flexWrap: "nowrap" }}>
            <Button kind="quiet" aria-pressed={query === current} onClick={() => navigate(`${path}?${withView(search, query)}`)}>
              {name}
            </Button>
            <Button kind="quiet" aria-label={`Forget the view ${name}`} onClick={() => keep(views.filter((view) => view.name !== name))}>
              ✕
            </Button>
          </div>
        ))}
        <form action={save} className="row" style={{ flexWrap: "nowrap" }}>
          <input name="name" aria-label="Name of this view" placeholder="name of this view" required maxLength={60} size={16} />
          <Button type="submit">Keep</Button>
        </form>
        <CopyButton text={`${location.origin}${path}?${full}`} name="Copy a link to this view" />
        {trouble && <p className="small muted">This browser keeps nothing: the view is gone when the page is closed.</p>}
      </div>
    </details>
  );
}
