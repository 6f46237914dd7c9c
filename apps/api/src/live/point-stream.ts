// Owns: the stream of a run's metric points: its events of that kind, with their cursors. Must not know: which subscription shows them.
import type { MetricPoint } from "@gradus/domain/metric";
import type { ApiContext } from "../context.ts";
import type { MetricRange } from "../generated/schema-types.ts";
import { toPoints, toRanges } from "./metric-points.ts";
import { runStream } from "./run-stream.ts";

export interface PlacedPoints {
  readonly cursor: string;
  readonly runId: string;
  readonly points: readonly MetricPoint[];
  readonly ranges: readonly MetricRange[];
}

/** @throws GraphQLError as runStream does */
export async function pointStream(
  context: ApiContext,
  runId: string,
  names: readonly string[] | null | undefined,
  after: string | null | undefined,
): Promise<AsyncIterableIterator<PlacedPoints>> {
  const wanted = names ? new Set(names) : null;
  const events = await runStream(context, runId, after);
  const batches: AsyncIterableIterator<PlacedPoints> = {
    [Symbol.asyncIterator]: () => batches,
    async next() {
      for (;;) {
        const { done, value } = await events.next();
        if (done === true) return { done: true, value: undefined };
        if (value.event.type !== "METRICS_RECORDED") continue;
        const points = toPoints(value.event.points).filter(({ name }) => wanted?.has(name) ?? true);
        const ranges = toRanges(value.event.ranges).filter(({ name }) => wanted?.has(name) ?? true);
        if (points.length > 0) return { done: false, value: { cursor: value.cursor, runId, points, ranges } };
      }
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
  };
  return batches;
}
