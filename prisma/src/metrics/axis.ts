// Owns: where a run's points lie on an axis that is not its steps: a clock, or a metric that counts up. Must not know: SQL, buckets.
import { slice } from "./series-points.ts";
import type { StoredPoints } from "./series-points.ts";

/** `metric`: one of the same run, such as tokens so far. Clocks, in milliseconds: since 1970, or since the run began. */
export type MetricAxis = { readonly metric: string } | { readonly clock: "WALL" | "RUN" };

export interface PlacedPoints extends Pick<StoredPoints, "steps" | "values"> {
  /** Of each point, never falling: where the axis falls back, a point stays where the one before it is. */
  readonly places: Float64Array;
}

/** By the axis metric's newest finite value at or before each step; points before its first have no place and are left out. */
export function placeByMetric({ steps, values }: Points, axis: Points): PlacedPoints {
  const places = new Float64Array(steps.length);
  let [at, place, first] = [0, Number.NEGATIVE_INFINITY, 0];
  for (let index = 0; index < steps.length; index++) {
    for (; at < axis.steps.length && (axis.steps[at] as number) <= (steps[index] as number); at++) {
      const value = axis.values[at] as number;
      if (Number.isFinite(value) && value > place) place = value;
    }
    if (place === Number.NEGATIVE_INFINITY) first = index + 1;
    places[index] = place;
  }
  return slice({ steps, values, places }, first, steps.length);
}

/** By when each point was logged, in milliseconds since `start`. */
export function placeByClock({ steps, values, times }: Points & Pick<StoredPoints, "times">, start: number): PlacedPoints {
  let latest = Number.NEGATIVE_INFINITY;
  return { steps, values, places: times.map((time) => (latest = Math.max(latest, time - start))) };
}

type Points = Pick<StoredPoints, "steps" | "values">;
