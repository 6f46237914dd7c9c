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

/** Points in the order of their steps; `places`, which never fall, are where they lie on an axis that is not the steps. */
export interface FoldedPiece extends Pick<StoredPoints, "steps" | "values"> {
  readonly places?: PlacedPoints["places"] | undefined;
}

/**
 * Folds a series' current points, in pieces that follow each other, into buckets that begin at multiples of `width` on the axis. Sums run in the order of
 * steps, wherever pieces end.
 */
export function foldBuckets(pieces: readonly FoldedPiece[], width: number): BucketColumns {
  const some = pieces.filter(({ steps }) => steps.length > 0);
  const [low, high] = extentOf(some);
  const points = some.reduce((sum, { steps }) => sum + steps.length, 0);
  const most = Math.min(points, Math.floor(high / width) - Math.floor(low / width) + 1);
  const columns = {
    fromStep: new Int32Array(most),
    toStep: new Int32Array(most),
    min: new Float64Array(most).fill(Number.POSITIVE_INFINITY),
    max: new Float64Array(most).fill(Number.NEGATIVE_INFINITY),
    // Sums until all points are in.
    mean: new Float64Array(most),
    count: new Int32Array(most),
    nonFinite: new Int32Array(most),
    last: new Float64Array(most),
  };
  const ends = some[0]?.places && { from: new Float64Array(most), to: new Float64Array(most) };
  let [bucket, end] = [-1, Number.NEGATIVE_INFINITY];
  for (const { steps, values, places } of some) {
    const axis = places ?? steps;
    for (let at = 0; at < steps.length;) {
      const start = at;
      const place = axis[start] as number;
      if (place >= end) {
        bucket++;
        end = (Math.floor(place / width) + 1) * width;
        columns.fromStep[bucket] = steps[start] as number;
        if (ends !== undefined) ends.from[bucket] = place;
      }
      let [min, max, sum, nonFinite] = [columns.min[bucket] as number, columns.max[bucket] as number, columns.mean[bucket] as number, 0];
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
      columns.min[bucket] = min;
      columns.max[bucket] = max;
      columns.mean[bucket] = sum;
      columns.nonFinite[bucket] = (columns.nonFinite[bucket] as number) + nonFinite;
      columns.count[bucket] = (columns.count[bucket] as number) + at - start;
      columns.toStep[bucket] = steps[at - 1] as number;
      columns.last[bucket] = values[at - 1] as number;
      if (ends !== undefined) ends.to[bucket] = axis[at - 1] as number;
    }
  }
  const shown = slice(columns, 0, bucket + 1);
  // A sum of very large values may overflow where their mean does not.
  const large = shown.mean.every(Number.isFinite) ? null : meansOfLarge(some, shown.toStep);
  for (const [at, sum] of shown.mean.entries()) {
    const finite = (shown.count[at] as number) - (shown.nonFinite[at] as number);
    if (finite === 0) shown.min[at] = shown.max[at] = shown.mean[at] = Number.NaN;
    else shown.mean[at] = Number.isFinite(sum) ? sum / finite : (large?.[at] ?? Number.NaN);
  }
  return { length: bucket + 1, from: shown.fromStep, to: shown.toStep, ...shown, ...(ends && slice(ends, 0, bucket + 1)) };
}

/** Places of the first and the last point; from 0 to below it where there is none. */
export function extentOf(pieces: readonly FoldedPiece[]): readonly [low: number, high: number] {
  const [first, last] = [pieces[0], pieces.at(-1)];
  return [(first?.places ?? first?.steps)?.[0] ?? 0, (last?.places ?? last?.steps)?.at(-1) ?? -1];
}

/** Of every bucket the mean of its finite values, without their sum; in one pass over all points. `toStep`: where each ends. */
function meansOfLarge(pieces: readonly FoldedPiece[], toStep: Int32Array): Float64Array {
  const means = new Float64Array(toStep.length);
  let [bucket, seen] = [0, 0];
  for (const { steps, values } of pieces)
    for (const [at, step] of steps.entries()) {
      if (step > (toStep[bucket] as number)) [bucket, seen] = [bucket + 1, 0];
      const value = values[at] as number;
      if (!Number.isFinite(value)) continue;
      seen++;
      const mean = means[bucket] as number;
      means[bucket] = mean + (value / seen - mean / seen);
    }
  return means;
}
