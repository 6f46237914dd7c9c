// Owns: a menu below its button, closed by Escape, by a press elsewhere and by a choice. Must not know: what is in it.
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";

interface MenuProps {
  /** On its button. */
  readonly button: ReactNode;
  /** Where the button has no words. */
  readonly label?: string;
  readonly kind?: "quiet";
  readonly className?: string;
  readonly onToggle?: (isOpen: boolean) => void;
  /** `close`: for what is a choice. */
  readonly children: (close: () => void) => ReactNode;
}

export function Menu({ button, label, kind, className = "", onToggle, children }: MenuProps) {
  const details = useRef<HTMLDetailsElement>(null);
  const [isOpen, setOpen] = useState(false);
  const close = (): void => details.current?.removeAttribute("open");
  useEffect(() => {
    if (!isOpen) return;
    const press = ({ target }: PointerEvent): void => {
      // What a choice in it can be undone by is still about it.
      if (target instanceof Element && !details.current?.contains(target) && target.closest(".undo-bar") === null) close();
    };
    addEventListener("pointerdown", press);
    return () => removeEventListener("pointerdown", press);
  }, [isOpen]);
  return (
    <details
      ref={details}
      className="menu no-print"
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
        onToggle?.(currentTarget.open);
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || !isOpen) return;
        // A pin in a chart is another thing that Escape ends.
        event.stopPropagation();
        close();
        details.current?.querySelector("summary")?.focus();
      }}
    >
      <summary className="button" data-kind={kind} aria-label={label} title={label}>
        {button}
      </summary>
      <div className={`menu-items ${className}`.trim()}>{children(close)}</div>
    </details>
  );
}
