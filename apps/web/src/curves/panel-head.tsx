// Owns: the head of a panel: which metric, where it stands among others, what may be done with it. Must not know: the chart.
import type { ReactNode } from "react";
import { Button } from "../components/button.tsx";

interface PanelHeadProps {
  readonly metric: string;
  readonly children: ReactNode;
  readonly onChange?: (() => void) | undefined;
  readonly onRemove?: (() => void) | undefined;
  /** By one place, -1 or 1. */
  readonly onMove?: ((by: -1 | 1) => void) | undefined;
  readonly onDrag?: ((isDragged: boolean) => void) | undefined;
}

const EARLIER = new Set(["ArrowLeft", "ArrowUp"]);
const LATER = new Set(["ArrowRight", "ArrowDown"]);

export function PanelHead({ metric, children, onChange, onRemove, onMove, onDrag }: PanelHeadProps) {
  return (
    <div className="row spread" style={{ flex: 1, flexWrap: "nowrap", gap: 4 }}>
      <span className="row" style={{ flexWrap: "nowrap", gap: 2, minWidth: 0 }}>
        {onMove && (
          <button
            type="button"
            className="handle no-print"
            draggable
            aria-label={`Move the panel of ${metric}: arrow keys`}
            title="Drag, or use the arrow keys"
            onDragStart={(event) => {
              event.dataTransfer.setData("text/plain", metric);
              onDrag?.(true);
            }}
            onDragEnd={() => onDrag?.(false)}
            onKeyDown={(event) => {
              const by = EARLIER.has(event.key) ? -1 : LATER.has(event.key) ? 1 : null;
              if (by === null) return;
              event.preventDefault();
              onMove(by);
            }}
          >
            ⠿
          </button>
        )}
        {onChange ? (
          <button type="button" className="panel-title" onClick={onChange} title={`${metric}: choose another metric`}>
            <span>{metric}</span>
            <span aria-hidden="true"> ▾</span>
          </button>
        ) : (
          <strong>{metric}</strong>
        )}
      </span>
      <span className="row no-print" style={{ flexWrap: "nowrap", gap: 0 }}>
        {children}
        {onRemove && (
          <Button kind="quiet" onClick={onRemove} aria-label={`Remove the chart of ${metric}`}>
            ✕
          </Button>
        )}
      </span>
    </div>
  );
}
