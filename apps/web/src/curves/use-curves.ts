// Owns: a metric of several runs: history asked for once, live points folded in, at most one update a frame. Must not know: charts, arms.
import { useEffect, useState } from "react";
import { ApiError, ask } from "../api/ask.ts";
import { oncePerFrame } from "../api/next-frame.ts";
import type { LivePoint, PointBus } from "../api/point-bus.ts";
import { onConnectedAgain } from "../api/connection.ts";
import { FoldedSeries } from "../statistics/folded-series.ts";
import { CURVES } from "./curves-query.ts";

export interface Curves {
  /** By run id; undefined until the first answer. */
  readonly series: ReadonlyMap<string, FoldedSeries> | undefined;
  readonly error: ApiError | undefined;
}

const MAX_POINTS = 400;

/** `range`: only these steps, in finer buckets. */
export function useCurves(bus: PointBus, runIds: readonly string[], metric: string, range: readonly [number, number] | null): Curves {
  const [curves, setCurves] = useState<Curves>({ series: undefined, error: undefined });
  const key = JSON.stringify({ runIds, range });
  useEffect(() => {
    const { runIds: ids, range: steps } = JSON.parse(key) as { runIds: string[]; range: [number, number] | null };
    const abort = new AbortController();
    let series: Map<string, FoldedSeries> | undefined;
    let hasFailed = false;
    let waiting: (readonly [string, LivePoint])[] = [];
    const show = oncePerFrame(() => setCurves({ series: new Map(series), error: undefined }));
    const fold = (runId: string, { step, value }: LivePoint): void => {
      if (steps !== null && (step < steps[0] || step > steps[1])) return;
      series?.get(runId)?.add(step, value);
    };
    // Listens before it asks: a point is in the answer, in the stream, or in both, and then only once in the series.
    const leave = bus.subscribe((runId, points) => {
      const mine = points.filter(({ name }) => name === metric);
      if (mine.length === 0) return;
      if (series === undefined) waiting.push(...mine.map((point) => [runId, point] as const));
      else {
        for (const point of mine) fold(runId, point);
        show();
      }
    });
    const load = async (): Promise<void> => {
      try {
        const range = steps === null ? {} : { fromStep: steps[0], toStep: steps[1] };
        const { metricSeries } = await ask(CURVES, { runIds: ids, metric, maxPoints: MAX_POINTS, ...range }, abort.signal);
        series = new Map(metricSeries.map(({ runId, bucketSteps, buckets }) => [runId, new FoldedSeries(bucketSteps, buckets)]));
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
  }, [bus, metric, key]);
  return curves;
}
