// Owns: when runs logged their steps of a metric, by the API's clock of a run: asked once for each, and later only for what came since.
// Must not know: charts, arms.
import { useEffect, useRef, useState } from "react";
import { ApiError, ask } from "../api/ask.ts";
import { onConnectedAgain } from "../api/connection.ts";
import type { PointBus } from "../api/point-bus.ts";
import { StepTimes } from "../statistics/step-times.ts";
import { STEP_TIMES } from "./curves-query.ts";
import { limitsOf } from "./use-curves.ts";

interface Times {
  /** By run id; undefined until the first answer. */
  readonly times: ReadonlyMap<string, StepTimes> | undefined;
  readonly error: ApiError | undefined;
}

/** Points carry no time over the socket: the times of new ones are asked for together. */
const PAUSE_MS = 2_000;

/** Seconds since each run began. `metric` null: nothing is asked. `range`: as of `useCurves`. */
export function useStepTimes(
  bus: PointBus,
  runIds: readonly string[],
  metric: string | null,
  range: readonly [number, number] | null,
): Times {
  const [shown, setShown] = useState<Times>({ times: undefined, error: undefined });
  const known = useRef<{ readonly of: string; readonly times: Map<string, StepTimes> } | null>(null);
  const key = JSON.stringify({ runIds, metric, range });
  useEffect(() => {
    const wanted = JSON.parse(key) as { runIds: string[]; metric: string | null; range: [number, number] | null };
    const { metric: name } = wanted;
    if (name === null || wanted.runIds.length === 0) return;
    const of = JSON.stringify([name, wanted.range]);
    const limits = limitsOf(wanted.range);
    const times = known.current?.of === of ? known.current.times : new Map<string, StepTimes>();
    const abort = new AbortController();
    const late = new Set(wanted.runIds.filter((id) => !times.has(id)));
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isAsking = false;
    const load = async (): Promise<void> => {
      const asked = [...late];
      late.clear();
      isAsking = true;
      const reached = Math.min(...asked.map((id) => times.get(id)?.lastStep ?? -Infinity));
      const from = Number.isFinite(reached) ? { fromStep: reached + 1 } : {};
      try {
        const { metricSeries } = await ask(STEP_TIMES, { runIds: asked, metric: name, ...limits, ...from }, abort.signal);
        for (const { runId, columns } of metricSeries) {
          const place = times.get(runId) ?? new StepTimes();
          columns.fromStep.forEach((step, at) => {
            place.add(Number(step), Number(columns.from[at]) / 1_000);
            place.add(Number(columns.toStep[at]), Number(columns.to[at]) / 1_000);
          });
          times.set(runId, place);
        }
        known.current = { of, times };
        setShown({ times: new Map(times), error: undefined });
      } catch (error) {
        // Tolerates an answer that nobody waits for any more; another error is shown, and what was asked for is asked for again with the next.
        if (abort.signal.aborted) return;
        for (const id of asked) late.add(id);
        setShown((old) => ({ ...old, error: error instanceof ApiError ? error : new ApiError(String(error), "UNKNOWN") }));
      }
      isAsking = false;
      if (late.size > 0 && known.current?.of === of) soon();
    };
    const soon = (): void => {
      if (isAsking) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        void load();
      }, PAUSE_MS);
    };
    const leave = bus.subscribe((runId, points) => {
      if (!wanted.runIds.includes(runId)) return;
      const last = points.findLast((point) => point.name === name);
      if (last === undefined || last.step <= (times.get(runId)?.lastStep ?? -Infinity) || last.step > (limits.toStep ?? Infinity)) return;
      late.add(runId);
      soon();
    });
    if (late.size > 0) void load();
    else setShown({ times: new Map(times), error: undefined });
    const stopWaiting = onConnectedAgain(() => {
      if (late.size > 0 && !isAsking) void load();
    });
    return () => {
      abort.abort();
      clearTimeout(timer);
      leave();
      stopWaiting();
    };
  }, [bus, key]);
  return shown;
}
