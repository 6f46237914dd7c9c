// Owns: a titled part of a page. Must not know: what is in it.
import { useId } from "react";
import type { ReactNode } from "react";

interface PanelProps {
  readonly title: string;
  /** The title is told and not shown: a control beside it says the same. */
  readonly isTitleHidden?: boolean;
  /** Beside the title: controls. */
  readonly aside?: ReactNode;
  /** Content reaches the border: tables. */
  readonly flush?: boolean;
  readonly children: ReactNode;
}

export function Panel({ title, isTitleHidden = false, aside, flush = false, children }: PanelProps) {
  const id = useId();
  return (
    <section className="panel" aria-labelledby={id}>
      <header>
        <h2 id={id} className={isTitleHidden ? "hidden-visually" : undefined}>
          {title}
        </h2>
        {aside}
      </header>
      {/* A region that scrolls must be reachable by keyboard. */}
      <div className={flush ? "panel-body flush" : "panel-body"} {...(flush ? { tabIndex: 0, role: "group", "aria-labelledby": id } : {})}>
        {children}
      </div>
    </section>
  );
}
