// Owns: metrics of several runs: history of each asked for once, live points folded in, at most one update a frame. Must not know: charts, arms.
import { useEffect, useRef, useState } from "react";
import { ApiError, ask } from "../api/ask.ts";
import { oncePerFrame } from "../api/next-frame.ts";
import type { LivePoint, PointBus } from "../api/point-bus.ts";
import { onConnectedAgain } from "../api/connection.ts";
import type { CurvesQuery } from "../generated/graphql.ts";
import { FoldedSeries } from "../statistics/folded-series.ts";
import { CURVES } from "./curves-query.ts";

export interface Curves {
  /** By metric and run id, runs that were asked for before among them; undefined until the first answer. */
  readonly series: ReadonlyMap<string, ReadonlyMap<string, FoldedSeries>> | undefined;
  readonly error: ApiError | undefined;
}

type AllSeries = Map<string, Map<string, FoldedSeries>>;

const MAX_POINTS = 400;

/** `range`: these steps in finer buckets, and half as many on either side, so that the view can be moved. No metrics: nothing is asked. */
export function useCurves(
  bus: PointBus,
  runIds: readonly string[],
  metrics: readonly string[],
  range: readonly [number, number] | null,
): Curves {
  const [curves, setCurves] = useState<Curves>({ series: undefined, error: undefined });
  // What was answered last, and for which metrics and steps: another choice of runs asks for the new ones alone.
  const known = useRef<{ readonly bus: PointBus; readonly of: string; readonly series: AllSeries } | null>(null);
  // What was told since is still to be shown: another choice must not lose it.
  const isDue = useRef(false);
  const key = JSON.stringify({ runIds, metrics, range });
  useEffect(() => {
    const wanted = JSON.parse(key) as { runIds: string[]; metrics: string[]; range: [number, number] | null };
    if (wanted.metrics.length === 0 || wanted.runIds.length === 0) return;
    const limits = limitsOf(wanted.range);
    const of = JSON.stringify([wanted.metrics, wanted.range]);
    const before = known.current?.bus === bus && known.current.of === of ? known.current.series : undefined;
    const missing = wanted.runIds.filter((id) => !wanted.metrics.every((metric) => before?.get(metric)?.has(id)));
    const abort = new AbortController();
    let series: AllSeries | undefined;
    let hasFailed = false;
    let waiting: (readonly [string, LivePoint])[] = [];
    const soon = oncePerFrame(() => {
      isDue.current = false;
      setCurves({ series: new Map(series), error: undefined });
    });
    const show = (): void => {
      isDue.current = true;
      soon();
    };
    const fold = (all: AllSeries | undefined, runId: string, { name, step, value }: LivePoint): void => {
      if (step < (limits.fromStep ?? -Infinity) || step > (limits.toStep ?? Infinity)) return;
      all?.get(name)?.get(runId)?.add(step, value);
    };
    // Listens before it asks: a point is in the answer, in the stream, or in both, and then only once in the series.
    const leave = bus.subscribe((runId, points) => {
      const mine = points.filter(({ name }) => wanted.metrics.includes(name));
      if (mine.length === 0) return;
      for (const point of mine) fold(series ?? before, runId, point);
      if (series === undefined) waiting.push(...mine.map((point) => [runId, point] as const));
      else show();
    });
    const take = (answer: CurvesQuery["metricSeries"]): void => {
      // Runs that are taken out stay known: one that is put back is there at once.
      series = new Map(wanted.metrics.map((metric) => [metric, new Map(before?.get(metric))]));
      for (const one of answer)
        series.get(one.name)?.set(one.runId, new FoldedSeries(one.bucketWidth, bucketsOf(one), 2 * limits.maxPoints));
      for (const [runId, point] of waiting) if (missing.includes(runId)) fold(series, runId, point);
      waiting = [];
      known.current = { bus, of, series };
      // What is shown already is no news to whoever draws it.
      if (missing.length > 0 || before === undefined || isDue.current) show();
      else setCurves((old) => (old.error === undefined ? old : { ...old, error: undefined }));
    };
    const load = async (): Promise<void> => {
      try {
        take((await ask(CURVES, { runIds: missing, metrics: wanted.metrics, ...limits }, abort.signal)).metricSeries);
      } catch (error) {
        // Tolerates an answer that nobody waits for any more; another error is shown.
        if (abort.signal.aborted) return;
        hasFailed = true;
        setCurves((old) => ({ ...old, error: error instanceof ApiError ? error : new ApiError(String(error), "UNKNOWN") }));
      }
    };
    if (missing.length === 0) take([]);
    else void load();
    const stopWaiting = onConnectedAgain(() => {
      if (hasFailed && series === undefined) void load();
    });
    return () => {
      abort.abort();
      leave();
      stopWaiting();
      soon.cancel();
    };
  }, [bus, key]);
  return curves;
}

interface Limits {
  readonly maxPoints: number;
  readonly fromStep?: number;
  readonly toStep?: number;
}

/** What is asked for to show these steps: half as many on either side too, so that the view can be moved. */
export function limitsOf(range: readonly [number, number] | null): Limits {
  if (range === null) return { maxPoints: MAX_POINTS };
  const [from, to] = range;
  const margin = Math.ceil((to - from) / 2);
  return { maxPoints: 2 * MAX_POINTS, fromStep: Math.max(0, from - margin), toStep: to + margin };
}

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
