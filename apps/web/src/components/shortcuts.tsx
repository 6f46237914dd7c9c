// Owns: the page's keys: search, next and previous run, the comparison, the sections, and what tells them. Must not know: what pages show.
import { useEffect, useRef } from "react";
import { useLocation } from "wouter";
import { Button } from "./button.tsx";

const KEYS = [
  ["/", "search or filter the list"],
  ["]", "next run or step"],
  ["[", "previous run or step"],
  ["c", "the comparison of the experiment"],
  ["n", "start an experiment"],
  ["e", "experiments"],
  ["?", "these keys"],
  ["Esc", "take the pin off"],
  ["← →", "move the chart that has the focus"],
  ["+ − 0", "zoom it in and out, show all of it"],
] as const;

/** Pages name their places by `data-key` on links: what is not there does nothing. */
export function Shortcuts() {
  const [, navigate] = useLocation();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, textarea, select, [contenteditable=true], dialog[open]"))
        return;
      if (event.key === "/") {
        const field = document.querySelector<HTMLInputElement>("[data-search]");
        if (field === null) return;
        event.preventDefault();
        field.focus();
        field.select();
      } else if (event.key === "n") navigate("/new");
      else if (event.key === "e") navigate("/");
      else if (event.key === "?") dialog.current?.showModal();
      else if (event.key === "]" || event.key === "[" || event.key === "c")
        document.querySelector<HTMLAnchorElement>(`a[data-key="${CSS.escape(event.key)}"]`)?.click();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [navigate]);
  return (
    <>
      <Button
        kind="quiet"
        className="button wide-only"
        aria-label="Keys of this page"
        title="Keys (?)"
        onClick={() => dialog.current?.showModal()}
      >
        ?
      </Button>
      <dialog ref={dialog} aria-label="Keys of this page">
        <div className="stack">
          <h2>Keys</h2>
          <dl className="keys">
            {KEYS.map(([key, what]) => (
              <div key={key} className="row">
                <dt>
                  <kbd>{key}</kbd>
                </dt>
                <dd>{what}</dd>
              </div>
            ))}
          </dl>
          <Button onClick={() => dialog.current?.close()}>Close</Button>
        </div>
      </dialog>
    </>
  );
}
