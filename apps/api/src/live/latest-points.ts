// Owns: many batches of points as one: the latest point of each name, and the range of steps that a query completes. Must not know: streams, sockets.
import type { MetricPoint } from "@gradus/domain/metric";
import type { PlacedPoints } from "./placed-points.ts";

interface Told {
  latest: MetricPoint;
  fromStep: number;
  toStep: number;
  count: number;
}

/** With the cursor of the last one. Every point of the batches is carried, or in the range of its name. */
export function latestOf(batches: readonly PlacedPoints[]): PlacedPoints {
  const last = batches.at(-1);
  if (last === undefined) throw new RangeError("no batch has no latest point");
  const names = new Map<string, Told>();
  for (const { points, ranges } of batches) {
    const ofRange = new Map(ranges.map((range) => [range.name, range]));
    for (const point of points) {
      const { fromStep, toStep, count } = ofRange.get(point.name) ?? { fromStep: point.step, toStep: point.step, count: 1 };
      const told = names.get(point.name);
      if (told === undefined) names.set(point.name, { latest: point, fromStep, toStep, count });
      else {
        told.latest = point;
        told.fromStep = Math.min(told.fromStep, fromStep);
        told.toStep = Math.max(told.toStep, toStep);
        told.count += count;
      }
    }
  }
  return {
    cursor: last.cursor,
    runId: last.runId,
    points: [...names.values()].map(({ latest }) => latest),
    ranges: [...names].flatMap(([name, { fromStep, toStep, count }]) => (count > 1 ? [{ name, fromStep, toStep, count }] : [])),
    batches: batches.reduce((sum, { batches: each }) => sum + each, 0),
  };
}
