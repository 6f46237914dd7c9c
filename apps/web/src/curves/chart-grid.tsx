// Owns: which charts stand on a page, in the URL: added, changed, removed, zoomed together. Must not know: whose runs they show.
import type { PointBus } from "../api/point-bus.ts";
import { Button } from "../components/button.tsx";
import { useUrlState } from "../url/use-url-state.ts";
import { WhenSeen } from "../components/when-seen.tsx";
import type { CurveArm, CurveRun } from "./curve-lines.ts";
import { CurvePanel } from "./curve-panel.tsx";
import { ViewControls, useViewOptions } from "./view-options.tsx";

interface ChartGridProps {
  readonly arms: readonly CurveArm[];
  readonly runs: readonly CurveRun[];
  readonly bus: PointBus;
  /** What a chart may show. */
  readonly metrics: readonly string[];
  /** Shown where the URL says nothing, separated by spaces. */
  readonly defaults: string;
  readonly showsSeeds: boolean;
  readonly showsStages: boolean;
}

export function ChartGrid({ arms, runs, bus, metrics, defaults, showsSeeds, showsStages }: ChartGridProps) {
  const [charts, setCharts] = useUrlState("charts", defaults);
  const [range, setRange] = useRange();
  const view = useViewOptions();
  const shown = charts.split(" ").filter((metric) => metric !== "");
  const replace = (index: number, metric: string | null): void =>
    setCharts(shown.flatMap((one, at) => (at === index ? (metric ?? []) : one)).join(" "));
  const next = metrics.find((metric) => !shown.includes(metric));
  return (
    <div className="stack" style={{ gap: 8 }}>
      <ViewControls options={view} />
      <div className="chart-grid">
        {shown.map((metric, index) => (
          <WhenSeen key={`${index} ${metric}`} height={370}>
            <CurvePanel
              arms={arms}
              runs={runs}
              bus={bus}
              metric={metric}
              metrics={metrics}
              showsSeeds={showsSeeds}
              showsStages={showsStages}
              view={view}
              range={range}
              onRange={setRange}
              onMetric={(other) => replace(index, other)}
              onRemove={() => replace(index, null)}
            />
          </WhenSeen>
        ))}
      </div>
      {next !== undefined && (
        <div className="no-print">
          <Button kind="quiet" onClick={() => setCharts([...shown, next].join(" "))}>
            + Add a chart
          </Button>
        </div>
      )}
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
