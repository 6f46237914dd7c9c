// Owns: one metric's learning curves by arm. Must not know: other panels.
import { useMemo } from "react";
import type { PointBus } from "../api/point-bus.ts";
import { AfterPaint } from "../components/after-paint.tsx";
import { Button } from "../components/button.tsx";
import { Chart } from "../components/chart.tsx";
import type { ChartLine, ChartRange } from "../components/chart-data.ts";
import { EmptyState } from "../components/empty-state.tsx";
import { Panel } from "../components/panel.tsx";
import { Skeleton } from "../components/skeleton.tsx";
import { Trouble } from "../components/trouble.tsx";
import { chartSvg, chartTable } from "../download/chart-svg.ts";
import { DownloadMenu } from "../download/download-menu.tsx";
import { useBeforeTraining } from "./before-training.ts";
import { curveLines, smoothed } from "./curve-lines.ts";
import type { CurveArm, CurveRun } from "./curve-lines.ts";
import { PanelHead } from "./panel-head.tsx";
import { boundsOf } from "./share-metric.ts";
import { stageRules } from "./stage-rules.ts";
import { limitsOf, useCurves } from "./use-curves.ts";
import { useStepTimes } from "./use-step-times.ts";
import type { ViewOptions } from "./view-options.tsx";
import { AXIS_TITLES, axisMetrics, placeOn } from "./x-axis.ts";

interface CurvePanelProps {
  readonly arms: readonly CurveArm[];
  readonly runs: readonly CurveRun[];
  readonly bus: PointBus;
  readonly metric: string;
  readonly showsSeeds: boolean;
  readonly showsStages: boolean;
  readonly view: ViewOptions;
  /** In steps. */
  readonly range: ChartRange | null;
  readonly onRange: (range: ChartRange | null) => void;
  readonly onChange?: () => void;
  readonly onRemove?: () => void;
  readonly onMove?: (by: -1 | 1) => void;
  readonly onDrag?: (isDragged: boolean) => void;
}

const groupSizeOf = ({ configuration }: CurveArm): number =>
  Number((configuration as { training?: { groupSize?: number } } | undefined)?.training?.groupSize ?? 1);

export function CurvePanel(props: CurvePanelProps) {
  const { arms, runs, bus, metric, showsSeeds, showsStages, view, range, onRange } = props;
  const { axis, isLog, smoothing } = view;
  const runIds = runs.map(({ id }) => id);
  const { series, error } = useCurves(bus, runIds, [metric], range);
  // From the beginning whatever is in view: what a run has done so far is a sum over all its steps.
  const amounts = useCurves(bus, runIds, axisMetrics(axis), null);
  const clocks = useStepTimes(bus, runIds, axis === "time" ? metric : null, range);
  const hasPoints = [...(series?.get(metric)?.values() ?? [])].some(({ lastStep }) => lastStep > 0);
  const known = useBeforeTraining(runIds, metric, hasPoints);
  // A stretch that does not reach back to the beginning would be joined to it by a line over what lies between.
  const before = (limitsOf(range).fromStep ?? 0) === 0 ? known : undefined;
  const totalSteps = Math.max(1, ...runs.map((run) => run.totalSteps));
  const structure = runs.map(({ id, arm }) => `${id} ${arm.id}`).join("|");
  const measured = useMemo(() => {
    const folded = series?.get(metric);
    if (folded === undefined) return undefined;
    const { times } = clocks;
    if (axis === "time") {
      if (times === undefined) return undefined;
      const placeOf = (runId: string, step: number) => times.get(runId)?.at(step, folded.get(runId)?.lastStep ?? -Infinity) ?? null;
      return curveLines(arms, runs, folded, { showsSeeds, placeOf, before });
    }
    if (axis === "step") return curveLines(arms, runs, folded, { showsSeeds, before });
    const amountsOf = amounts.series;
    if (amountsOf === undefined) return undefined;
    const places = new Map(
      runs.map((run) => {
        const arm = arms.find(({ id }) => id === run.arm.id);
        return [run.id, placeOn(axis, (name) => amountsOf.get(name)?.get(run.id), arm ? groupSizeOf(arm) : 1)];
      }),
    );
    const placeOf = (runId: string, step: number) => places.get(runId)?.(step) ?? null;
    return curveLines(arms, runs, folded, { showsSeeds, placeOf, before });
  }, [series, amounts.series, clocks.times, metric, axis, showsSeeds, structure, arms, before]);
  const drawn = useMemo(() => measured && smoothed(measured, smoothing), [measured, smoothing]);
  const rules = useMemo(
    () => (showsStages && axis === "step" ? arms.flatMap((arm) => stageRules(arm, totalSteps)) : []),
    [arms, totalSteps, showsStages, axis],
  );
  const lines = drawn ?? [];
  const trouble = error ?? amounts.error ?? clocks.error;
  const onX = {
    range: range && toX(lines, range, axis === "step"),
    pin: view.pin === null ? null : (toX(lines, [view.pin, view.pin], axis === "step")?.[1] ?? null),
  };
  const until = axis === "step" ? totalSteps : undefined;
  const hidden = isLog ? lines.reduce((sum, { y }) => sum + y.filter((value) => value !== null && value <= 0).length, 0) : 0;
  const title = smoothing === 0 ? metric : `${metric}, EMA ${smoothing}`;
  const figure = () => {
    const chart = { title, xName: AXIS_TITLES[axis], lines, rules, range: onX.range, until, isLog };
    return { table: chartTable(chart), svg: chartSvg(chart) };
  };
  return (
    <Panel
      title={metric}
      isTitleHidden
      aside={
        <PanelHead metric={metric} onChange={props.onChange} onRemove={props.onRemove} onMove={props.onMove} onDrag={props.onDrag}>
          {range && (
            <Button kind="quiet" onClick={() => onRange(null)} title="Show all steps (double-click on the chart does too)">
              Steps {range[0]}–{range[1]} ✕
            </Button>
          )}
          <DownloadMenu title={title} figure={figure} />
        </PanelHead>
      }
    >
      {trouble && <Trouble error={trouble} />}
      {drawn === undefined ? (
        <Skeleton height={302} />
      ) : lines.every(({ x }) => x.length === 0) ? (
        axis === "step" || axis === "time" ? (
          <EmptyState title="No points yet.">They appear here as soon as a run records them.</EmptyState>
        ) : (
          <EmptyState title={`Nothing to draw over ${AXIS_TITLES[axis]}.`}>
            Steps are placed there by what Gradus records of its own runs. Over steps the points are all there.
          </EmptyState>
        )
      ) : (
        <>
          <AfterPaint>
            <Chart
              label={`${title} over ${AXIS_TITLES[axis]} by arm: mean over seeds and 95% interval`}
              lines={lines}
              rules={rules}
              xName={AXIS_TITLES[axis]}
              until={until}
              bounds={boundsOf(metric)}
              syncKey={`curves ${axis}`}
              isLog={isLog}
              range={onX.range}
              onRange={(wanted) => onRange(wanted && toSteps(lines, wanted, axis === "step"))}
              pin={onX.pin}
              onPin={(x) => view.setPin(x === null ? null : toSteps(lines, [x, x], axis === "step")[1])}
            />
          </AfterPaint>
          {hidden > 0 && <p className="small muted">{hidden} places at or below 0 are not on a log scale.</p>}
        </>
      )}
    </Panel>
  );
}

/** Steps on the axis that is shown: the places of the lines that lie in them. Null where none does. */
function toX(lines: readonly ChartLine[], [from, to]: ChartRange, isStep: boolean): ChartRange | null {
  if (isStep) return [from, to];
  const xs = lines.flatMap(({ x, steps }) => x.filter((_, at) => (steps?.[at] ?? 0) >= from && (steps?.[at] ?? 0) <= to));
  return xs.length === 0 ? null : [Math.min(...xs), Math.max(...xs)];
}

function toSteps(lines: readonly ChartLine[], [from, to]: ChartRange, isStep: boolean): ChartRange {
  if (isStep) return [Math.max(0, Math.floor(from)), Math.ceil(to)];
  const steps = lines.flatMap((line) => (line.steps ?? []).filter((_, at) => (line.x[at] ?? 0) >= from && (line.x[at] ?? 0) <= to));
  return steps.length === 0 ? [0, 1] : [Math.min(...steps), Math.max(...steps)];
}
