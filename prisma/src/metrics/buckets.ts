// Owns: folding a series into buckets of steps: the same points give the same buckets, however they are stored. Must not know: SQL, runs.
import type { StoredPoints } from "./series-points.ts";

/** Buckets column by column, by step. Statistics are over finite values; NaN stands in `min`, `max` and `mean` where there is none. */
export interface BucketColumns {
  readonly length: number;
  readonly fromStep: Int32Array;
  readonly toStep: Int32Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
  readonly mean: Float64Array;
  readonly count: Int32Array;
  readonly nonFinite: Int32Array;
  /** Value of the last step, non-finite ones included. */
  readonly last: Float64Array;
}

/** The least power of two under which steps from `low` to `high` fall into at most `maxPoints` aligned buckets. */
export function finestWidth(low: number, high: number, maxPoints: number): number {
  let width = 1;
  // Aligned buckets may be one more than the span divided by their width.
  while (Math.floor(high / width) - Math.floor(low / width) >= maxPoints) width *= 2;
  return width;
}

/** Folds current points, ordered by step, into buckets that begin at multiples of `width`. Sums run in the order of steps. */
export function foldBuckets({ steps, values }: Pick<StoredPoints, "steps" | "values">, width: number): BucketColumns {
  const most =
    steps.length === 0 ? 0 : Math.min(steps.length, Math.floor((steps.at(-1) ?? 0) / width) - Math.floor((steps[0] ?? 0) / width) + 1);
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
  let bucket = 0;
  for (let start = 0; start < steps.length; bucket++) {
    const first = steps[start] as number;
    const end = (Math.floor(first / width) + 1) * width;
    let [min, max, sum, nonFinite, at] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, 0, start];
    for (; at < steps.length && (steps[at] as number) < end; at++) {
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
    columns.fromStep[bucket] = first;
    columns.toStep[bucket] = steps[at - 1] as number;
    columns.min[bucket] = some ? min : Number.NaN;
    columns.max[bucket] = some ? max : Number.NaN;
    // A sum of very large values may overflow where their mean does not.
    columns.mean[bucket] = some ? (Number.isFinite(sum) ? sum / (count - nonFinite) : meanOfLarge(values, start, at)) : Number.NaN;
    columns.count[bucket] = count;
    columns.nonFinite[bucket] = nonFinite;
    columns.last[bucket] = values[at - 1] as number;
    start = at;
  }
  return { length: bucket, ...mapColumns(columns, bucket) };
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

const mapColumns = (columns: Omit<BucketColumns, "length">, length: number): Omit<BucketColumns, "length"> => ({
  fromStep: columns.fromStep.subarray(0, length),
  toStep: columns.toStep.subarray(0, length),
  min: columns.min.subarray(0, length),
  max: columns.max.subarray(0, length),
  mean: columns.mean.subarray(0, length),
  count: columns.count.subarray(0, length),
  nonFinite: columns.nonFinite.subarray(0, length),
  last: columns.last.subarray(0, length),
});
