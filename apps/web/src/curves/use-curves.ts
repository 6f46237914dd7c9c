// Owns: metrics of several runs: history asked for once, live points folded in, at most one update a frame. Must not know: charts, arms.
import { useEffect, useState } from "react";
import { ApiError, ask } from "../api/ask.ts";
import { oncePerFrame } from "../api/next-frame.ts";
import type { LivePoint, PointBus } from "../api/point-bus.ts";
import { onConnectedAgain } from "../api/connection.ts";
import type { CurvesQuery } from "../generated/graphql.ts";
import { FoldedSeries } from "../statistics/folded-series.ts";
import { CURVES } from "./curves-query.ts";

export interface Curves {
  /** By metric and run id; undefined until the first answer. */
  readonly series: ReadonlyMap<string, ReadonlyMap<string, FoldedSeries>> | undefined;
  readonly error: ApiError | undefined;
}

const MAX_POINTS = 400;

/** `range`: these steps in finer buckets, and half as many on either side, so that the view can be moved. No metrics: nothing is asked. */
export function useCurves(
  bus: PointBus,
  runIds: readonly string[],
  metrics: readonly string[],
  range: readonly [number, number] | null,
): Curves {
  const [curves, setCurves] = useState<Curves>({ series: undefined, error: undefined });
  const key = JSON.stringify({ runIds, metrics, range });
  useEffect(() => {
    const wanted = JSON.parse(key) as { runIds: string[]; metrics: string[]; range: [number, number] | null };
    if (wanted.metrics.length === 0 || wanted.runIds.length === 0) return;
    const steps = wanted.range && widened(wanted.range);
    const abort = new AbortController();
    let series: Map<string, Map<string, FoldedSeries>> | undefined;
    let hasFailed = false;
    let waiting: (readonly [string, LivePoint])[] = [];
    const show = oncePerFrame(() => setCurves({ series: new Map(series), error: undefined }));
    const fold = (runId: string, { name, step, value }: LivePoint): void => {
      if (steps !== null && (step < steps[0] || step > steps[1])) return;
      series?.get(name)?.get(runId)?.add(step, value);
    };
    // Listens before it asks: a point is in the answer, in the stream, or in both, and then only once in the series.
    const leave = bus.subscribe((runId, points) => {
      const mine = points.filter(({ name }) => wanted.metrics.includes(name));
      if (mine.length === 0) return;
      if (series === undefined) waiting.push(...mine.map((point) => [runId, point] as const));
      else {
        for (const point of mine) fold(runId, point);
        show();
      }
    });
    const load = async (): Promise<void> => {
      try {
        const limits = steps === null ? { maxPoints: MAX_POINTS } : { maxPoints: 2 * MAX_POINTS, fromStep: steps[0], toStep: steps[1] };
        const { metricSeries } = await ask(CURVES, { runIds: wanted.runIds, metrics: wanted.metrics, ...limits }, abort.signal);
        series = new Map(wanted.metrics.map((metric) => [metric, new Map()]));
        for (const answered of metricSeries)
          series.get(answered.name)?.set(answered.runId, new FoldedSeries(answered.bucketSteps, bucketsOf(answered)));
        for (const [runId, point] of waiting) fold(runId, point);
        waiting = [];
        show();
      } catch (error) {
        // Tolerates an answer that nobody waits for any more; another error is shown.
        if (abort.signal.aborted) return;
        hasFailed = true;
        setCurves((before) => ({ ...before, error: error instanceof ApiError ? error : new ApiError(String(error), "UNKNOWN") }));
      }
    };
    void load();
    const stopWaiting = onConnectedAgain(() => {
      if (hasFailed && series === undefined) void load();
    });
    return () => {
      abort.abort();
      leave();
      stopWaiting();
      show.cancel();
    };
  }, [bus, key]);
  return curves;
}

const widened = ([from, to]: readonly [number, number]): [number, number] => {
  const margin = Math.ceil((to - from) / 2);
  return [Math.max(0, from - margin), to + margin];
};

type Answered = CurvesQuery["metricSeries"][number];

/** Columns are several times less to read than a list of buckets. */
function bucketsOf({ columns }: Answered) {
  const { fromStep, toStep, mean, count, nonFinite } = columns;
  return fromStep.map((from, at) => ({
    fromStep: Number(from),
    toStep: Number(toStep[at]),
    mean: typeof mean[at] === "number" ? mean[at] : null,
    count: Number(count[at]),
    nonFinite: Number(nonFinite[at]),
  }));
}
