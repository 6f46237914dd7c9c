// Owns: buckets of steps, or of another axis, and their width: the same points give the same buckets, however they are stored. Must not know: SQL, runs.
import { foldPieces } from "./folds.ts";
import type { FoldedPiece } from "./folds.ts";

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

/** Folds a series' current points, in pieces that follow each other, into buckets that begin at multiples of `width` on the axis. */
export function foldBuckets(pieces: readonly FoldedPiece[], width: number): BucketColumns {
  const some = pieces.filter((piece) => stepsOf(piece)[0].length > 0);
  const [low, high] = extentOf(some);
  const rows = some.reduce((sum, piece) => sum + stepsOf(piece)[0].length, 0);
  const most = Math.min(rows, Math.floor(high / width) - Math.floor(low / width) + 1);
  const { sum: _sum, ends, ...folded } = foldPieces(some, most, (place) => (Math.floor(place / width) + 1) * width);
  const length = folded.count.length;
  for (let at = 0; at < length; at++)
    if (folded.count[at] === folded.nonFinite[at]) folded.min[at] = folded.max[at] = folded.mean[at] = Number.NaN;
  return { length, from: folded.fromStep, to: folded.toStep, ...folded, ...ends };
}

/** Places of the first and the last point; from 0 to below it where there is none. No piece is empty. */
export function extentOf(pieces: readonly FoldedPiece[]): readonly [low: number, high: number] {
  const [first, last] = [pieces[0], pieces.at(-1)];
  return [(first && placesOf(first)[0])?.[0] ?? 0, (last && placesOf(last)[1])?.at(-1) ?? -1];
}

/** First and last steps of a piece's points, row by row. */
const stepsOf = (piece: FoldedPiece): readonly [from: Int32Array, to: Int32Array] =>
  "folds" in piece ? [piece.folds.fromStep, piece.folds.toStep] : [piece.steps, piece.steps];

const placesOf = (piece: FoldedPiece): readonly [from: Places, to: Places] =>
  "folds" in piece || piece.places === undefined ? stepsOf(piece) : [piece.places, piece.places];

type Places = Int32Array | Float64Array;
