// Owns: folding a series into buckets of steps, or of another axis: the same points give the same buckets, however they are stored. Must not know: SQL, runs.
import type { PlacedPoints } from "./axis.ts";
import { slice } from "./series-points.ts";
import type { StoredPoints } from "./series-points.ts";

/** Buckets column by column, by step. Statistics are over finite values; NaN stands in `min`, `max` and `mean` where there is none. */
export interface BucketColumns {
  readonly length: number;
  readonly fromStep: Int32Array;
  readonly toStep: Int32Array;
  /** Places of the first and the last point on the axis; the steps where that is the axis. */
  readonly from: Int32Array | Float64Array;
  readonly to: Int32Array | Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  readonly count: Int32Array;
  readonly nonFinite: Int32Array;
  /** Value of the last step, non-finite ones included. */
  readonly last: Float64Array;
}

/**
 * The least power of two, not under `least`, under which places from `low` to `high` fall into at most `maxPoints` aligned buckets; into two where they lie
 * on both sides of 0, where a bucket begins whatever the width.
 */
export function finestWidth(low: number, high: number, maxPoints: number, least = 1): number {
  const most = low < 0 && high >= 0 ? Math.max(2, maxPoints) : maxPoints;
  let width = Math.max(least, 2 ** Math.floor(Math.log2((high - low) / maxPoints))) || 1;
  // Aligned buckets may be one more than the span divided by their width.
  while (Math.floor(high / width) - Math.floor(low / width) >= most) width *= 2;
  return width;
}

/**
 * Folds current points, ordered by step, into buckets that begin at multiples of `width` on the axis: the steps, or what `places`, which never fall, are on.
 * Sums run in the order of steps.
 */
export function foldBuckets(
  { steps, values, places }: Pick<StoredPoints, "steps" | "values"> & { readonly places?: PlacedPoints["places"] | undefined },
  width: number,
): BucketColumns {
  const axis = places ?? steps;
  const most =
    steps.length === 0 ? 0 : Math.min(steps.length, Math.floor((axis.at(-1) ?? 0) / width) - Math.floor((axis[0] ?? 0) / width) + 1);
  const columns = {
    fromStep: new Int32Array(most),
    toStep: new Int32Array(most),
    min: new Float64Array(most),
    max: new Float64Array(most),
    mean: new Float64Array(most),
    count: new Int32Array(most),
    nonFinite: new Int32Array(most),
    last: new Float64Array(most),
  };
  const ends = places && { from: new Float64Array(most), to: new Float64Array(most) };
  let bucket = 0;
  for (let start = 0; start < steps.length; bucket++) {
    const end = (Math.floor((axis[start] as number) / width) + 1) * width;
    let [min, max, sum, nonFinite, at] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, start];
    for (; at < steps.length && (axis[at] as number) < end; at++) {
      const value = values[at] as number;
      // Neither infinity nor NaN equals itself after the subtraction.
      if (value - value !== 0) {
        nonFinite++;
        continue;
      }
      if (value < min) min = value;
      if (value > max) max = value;
      sum += value;
    }
    const count = at - start;
    const some = count > nonFinite;
    columns.fromStep[bucket] = steps[start] as number;
    columns.toStep[bucket] = steps[at - 1] as number;
    if (ends !== undefined) {
      ends.from[bucket] = axis[start] as number;
      ends.to[bucket] = axis[at - 1] as number;
    }
    columns.min[bucket] = some ? min : Number.NaN;
    columns.max[bucket] = some ? max : Number.NaN;
    // A sum of very large values may overflow where their mean does not.
    columns.mean[bucket] = some ? (Number.isFinite(sum) ? sum / (count - nonFinite) : meanOfLarge(values, start, at)) : Number.NaN;
    columns.count[bucket] = count;
    columns.nonFinite[bucket] = nonFinite;
    columns.last[bucket] = values[at - 1] as number;
    start = at;
  }
  const shown = slice(columns, 0, bucket);
  return { length: bucket, from: shown.fromStep, to: shown.toStep, ...shown, ...(ends && slice(ends, 0, bucket)) };
}

function meanOfLarge(values: ArrayLike<number>, start: number, end: number): number {
  let [mean, seen] = [0, 0];
  for (let at = start; at < end; at++) {
    const value = values[at] as number;
    if (!Number.isFinite(value)) continue;
    seen++;
    mean += value / seen - mean / seen;
  }
  return mean;
}
