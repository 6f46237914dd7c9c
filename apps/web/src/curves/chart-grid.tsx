// Owns: which panels stand on a page, in the URL: added, changed, moved, removed, zoomed together, kept as views. Must not know: whose runs they show.
import { useRef, useState } from "react";
import type { PointBus } from "../api/point-bus.ts";
import { AfterPaint } from "../components/after-paint.tsx";
import { Button } from "../components/button.tsx";
import { WhenSeen } from "../components/when-seen.tsx";
import { useUrlState } from "../url/use-url-state.ts";
import type { CurveArm, CurveRun } from "./curve-lines.ts";
import { CurvePanel } from "./curve-panel.tsx";
import { MetricPicker } from "./metric-picker.tsx";
import { ViewMenu } from "./view-menu.tsx";
import { ViewControls, useViewOptions } from "./view-options.tsx";
import { moved, panelsOf, panelsText } from "./workspace.ts";

interface ChartGridProps {
  /** Pages of one kind share kept views. */
  readonly kind: string;
  /** Whose the views become that are kept here; absent: the store's own choice. */
  readonly project?: string;
  readonly arms: readonly CurveArm[];
  readonly runs: readonly CurveRun[];
  readonly bus: PointBus;
  /** Shown where the URL says nothing, separated by spaces. */
  readonly defaults: string;
  readonly showsSeeds: boolean;
  readonly showsStages: boolean;
}

/** What is being chosen: another metric for a panel, or panels to add; null: nothing. */
type Choosing = { readonly at: number } | "more" | null;

export function ChartGrid({ kind, project, arms, runs, bus, defaults, showsSeeds, showsStages }: ChartGridProps) {
  const [charts, setCharts] = useUrlState("charts", defaults);
  const [range, setRange] = useRange();
  const view = useViewOptions();
  const [choosing, setChoosing] = useState<Choosing>(null);
  const [dragged, setDragged] = useState<number | null>(null);
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = panelsOf(charts);
  const show = (metrics: readonly string[]): void => setCharts(panelsText(metrics));
  const open = (what: Choosing): void => {
    setChoosing(what);
    dialog.current?.showModal();
  };
  const choose = (metric: string): void => {
    if (choosing === "more") return show(shown.includes(metric) ? shown.filter((one) => one !== metric) : [...shown, metric]);
    if (choosing !== null) show(shown.map((one, at) => (at === choosing.at ? metric : one)));
    dialog.current?.close();
  };
  return (
    <div className="stack" style={{ gap: 8 }}>
      <div className="row spread no-print">
        <ViewControls options={view} />
        <div className="row">
          <ViewMenu kind={kind} project={project} defaults={defaults} />
          <Button onClick={() => open("more")}>Add panels…</Button>
        </div>
      </div>
      <div className="chart-grid">
        {shown.map((metric, index) => (
          // A panel that moves keeps what it has asked for.
          <div
            key={`${metric} ${shown.slice(0, index).filter((one) => one === metric).length}`}
            className="panel-place"
            data-dragged={dragged === index || undefined}
            onDragOver={(event) => {
              if (dragged !== null) event.preventDefault();
            }}
            onDrop={() => {
              if (dragged !== null) show(moved(shown, dragged, index));
              setDragged(null);
            }}
          >
            <WhenSeen height={370}>
              <AfterPaint>
                <CurvePanel
                  arms={arms}
                  runs={runs}
                  bus={bus}
                  metric={metric}
                  showsSeeds={showsSeeds}
                  showsStages={showsStages}
                  view={view}
                  range={range}
                  onRange={setRange}
                  onChange={() => open({ at: index })}
                  onRemove={() => show(shown.filter((_, at) => at !== index))}
                  onMove={(by) => show(moved(shown, index, index + by))}
                  onDrag={(isDragged) => setDragged(isDragged ? index : null)}
                />
              </AfterPaint>
            </WhenSeen>
          </div>
        ))}
      </div>
      {shown.length === 0 && <p className="muted">No panel: “Add panels” shows what has been recorded.</p>}
      <dialog ref={dialog} aria-label="Metrics" onClose={() => setChoosing(null)}>
        {choosing !== null && (
          <MetricPicker
            runs={runs}
            chosen={choosing === "more" ? shown : shown.slice(choosing.at, choosing.at + 1)}
            onChoose={choose}
            onClose={() => dialog.current?.close()}
          />
        )}
      </dialog>
    </div>
  );
}

/** `?range=from-to`, in steps. */
function useRange(): readonly [readonly [number, number] | null, (range: readonly [number, number] | null) => void] {
  const [text, setText] = useUrlState("range");
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text) ?? [];
  return [
    from === undefined ? null : [Number(from), Number(to)],
    (range) => setText(range === null ? "" : range.map((step) => Math.max(0, step)).join("-")),
  ];
}
