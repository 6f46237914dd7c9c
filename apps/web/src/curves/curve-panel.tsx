// Owns: one metric's learning curves by arm. Must not know: other panels.
import type { PointBus } from "../api/point-bus.ts";
import { armLook } from "../arms/arm-look.ts";
import { Button } from "../components/button.tsx";
import { Chart } from "../components/chart.tsx";
import type { ChartLine } from "../components/chart-data.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { Panel } from "../components/panel.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Trouble } from "../components/trouble.tsx";
import { armCurve, commonWidth } from "../statistics/arm-curve.ts";
import type { FoldedSeries } from "../statistics/folded-series.ts";
import { stageRules } from "./stage-rules.ts";
import { useCurves } from "./use-curves.ts";

/** An arm as far as curves need it. */
export interface CurveArm {
  readonly id: string;
  readonly ordinal: number;
  readonly name: string;
  readonly curriculum: { readonly specification: unknown };
}

export interface CurveRun {
  readonly id: string;
  readonly seed: number;
  readonly totalSteps: number;
  readonly arm: { readonly id: string };
}

interface CurvePanelProps {
  readonly arms: readonly CurveArm[];
  readonly runs: readonly CurveRun[];
  readonly bus: PointBus;
  readonly metric: string;
  readonly metrics: readonly string[];
  readonly showsSeeds: boolean;
  readonly showsStages: boolean;
  readonly range: readonly [number, number] | null;
  readonly onRange: (range: readonly [number, number] | null) => void;
  readonly onMetric: (metric: string) => void;
  readonly onRemove?: () => void;
}

export function CurvePanel(props: CurvePanelProps) {
  const { arms, runs, bus, metric, metrics, showsSeeds, showsStages, range, onRange, onMetric, onRemove } = props;
  const { series, error } = useCurves(
    bus,
    runs.map(({ id }) => id),
    metric,
    range,
  );
  const totalSteps = Math.max(1, ...runs.map((run) => run.totalSteps));
  const rules = showsStages ? arms.flatMap((arm) => stageRules(arm, totalSteps)) : [];
  const lines = series && linesOf(arms, runs, series, showsSeeds);
  return (
    <Panel
      title={metric}
      isTitleHidden
      aside={
        <div className="row spread no-print" style={{ flex: 1 }}>
          <select className="title-select" aria-label="Metric" value={metric} onChange={({ target }) => onMetric(target.value)}>
            {(metrics.includes(metric) ? metrics : [metric, ...metrics]).map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
          {range && (
            <Button kind="quiet" onClick={() => onRange(null)} title="Show all steps (double-click on the chart does too)">
              Steps {range[0]}–{range[1]} ✕
            </Button>
          )}
          {onRemove && (
            <Button kind="quiet" onClick={onRemove} aria-label={`Remove the chart of ${metric}`}>
              ✕
            </Button>
          )}
        </div>
      }
    >
      {error && <Trouble error={error} />}
      {lines === undefined ? (
        <Skeleton height={302} />
      ) : lines.every(({ x }) => x.length === 0) ? (
        <EmptyState title="No points yet.">They appear here as soon as a run records them.</EmptyState>
      ) : (
        <Chart
          label={`${metric} over steps by arm: mean over seeds and 95% interval`}
          lines={lines}
          rules={rules}
          until={totalSteps}
          syncKey="experiment"
          range={range}
          onRange={onRange}
        />
      )}
    </Panel>
  );
}

function linesOf(
  arms: readonly CurveArm[],
  runs: readonly CurveRun[],
  series: ReadonlyMap<string, FoldedSeries>,
  showsSeeds: boolean,
): ChartLine[] {
  const width = commonWidth([...series.values()]);
  return arms.flatMap(({ id, ordinal, name }) => {
    const look = armLook(ordinal);
    const ofArm = runs.filter(({ arm }) => arm.id === id);
    const places = armCurve(
      ofArm.flatMap((run) => series.get(run.id) ?? []),
      width,
    );
    const column = <Value,>(of: (place: (typeof places)[number]) => Value): Value[] => places.map(of);
    const mean: ChartLine = {
      key: id,
      label: name,
      ...look,
      x: column(({ step }) => step),
      y: column((place) => place.mean),
      low: column(({ low }) => low),
      high: column(({ high }) => high),
      n: column(({ n }) => n),
    };
    const seeds = showsSeeds ? ofArm : [];
    return [
      ...seeds.map((run): ChartLine => {
        const means = series.get(run.id)?.means(width) ?? [];
        return {
          key: run.id,
          label: `${name} seed ${run.seed}`,
          ...look,
          faint: true,
          x: means.map(({ step }) => step),
          y: means.map((one) => one.mean),
        };
      }),
      mean,
    ];
  });
}
