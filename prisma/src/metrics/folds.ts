// Owns: folding a series, points and folds of points alike, into rows of statistics, one a stretch of its axis; and the folds that a chunk keeps. Must not
// know: SQL, bytes, how wide buckets are.
import type { PlacedPoints } from "./axis.ts";
import { slice } from "./series-points.ts";
import type { StoredPoints } from "./series-points.ts";
import { TreeSum } from "./tree-sum.ts";

/** A row a stretch that has points, by step. */
export interface FoldColumns {
  /** Of the first and the last point. */
  readonly fromStep: Int32Array;
  readonly toStep: Int32Array;
  readonly count: Int32Array;
  /** Points that are NaN or infinite; the statistics are over the others. */
  readonly nonFinite: Int32Array;
  /** Infinity where there is none. */
  readonly min: Float64Array;
  /** -Infinity where there is none. */
  readonly max: Float64Array;
  /** As `TreeSum` has it. */
  readonly sum: Float64Array;
  /** Value of the last step, non-finite ones included. */
  readonly last: Float64Array;
}

/** Points in the order of their steps; `places`, which never fall, are where they lie on an axis that is not the steps. */
export interface PointPiece extends Pick<StoredPoints, "steps" | "values"> {
  readonly places?: PlacedPoints["places"] | undefined;
}

/** What a chunk keeps of its current points: each row is of a stretch of at most 2^`level` steps, a power of two of them, that begins at one of its multiples. */
export interface ChunkFolds {
  readonly level: number;
  readonly folds: FoldColumns;
}

export type FoldedPiece = PointPiece | ChunkFolds;

export interface Folded extends FoldColumns {
  /** Of the finite values, never outside their extent. */
  readonly mean: Float64Array;
  /** Places of the first and the last point, on an axis that is not the steps. */
  readonly ends: { readonly from: Float64Array; readonly to: Float64Array } | null;
}

/**
 * Folds pieces that follow each other. A stretch ends before `endOf` the place of its first point: of folds, none lies on both sides of that. Gives at most
 * `most` rows, the same ones wherever pieces end and whether they are points or folds of them.
 */
export function foldPieces(pieces: readonly FoldedPiece[], most: number, endOf: (place: number) => number): Folded {
  const rows = {
    fromStep: new Int32Array(most),
    toStep: new Int32Array(most),
    count: new Int32Array(most),
    nonFinite: new Int32Array(most),
    min: new Float64Array(most).fill(Number.POSITIVE_INFINITY),
    max: new Float64Array(most).fill(Number.NEGATIVE_INFINITY),
    sum: new Float64Array(most),
    mean: new Float64Array(most),
    last: new Float64Array(most),
  };
  const ends = pieces.some((piece) => "places" in piece && piece.places !== undefined)
    ? { from: new Float64Array(most), to: new Float64Array(most) }
    : null;
  const tree = new TreeSum();
  let [row, end] = [-1, Number.NEGATIVE_INFINITY];

  const close = (): void => {
    if (row < 0) return;
    tree.join();
    rows.sum[row] = tree.sum;
    // Rounding may take the mean of values that are nearly alike past all of them.
    const mean = tree.over((rows.count[row] as number) - (rows.nonFinite[row] as number));
    rows.mean[row] = Math.min(rows.max[row] as number, Math.max(rows.min[row] as number, mean));
    tree.clear();
  };
  const open = (step: number, place: number): void => {
    close();
    row++;
    end = endOf(place);
    rows.fromStep[row] = step;
    if (ends !== null) ends.from[row] = place;
  };

  const addPoints = ({ steps, values, places }: PointPiece): void => {
    const axis = places ?? steps;
    for (let at = 0; at < steps.length;) {
      if ((axis[at] as number) >= end) open(steps[at] as number, axis[at] as number);
      const [start, before] = [at, end];
      let [min, max, nonFinite] = [rows.min[row] as number, rows.max[row] as number, 0];
      while (at < steps.length && (axis[at] as number) < before) {
        const step = steps[at] as number;
        // Eight steps in a row are a node, which is most of what there is: summed at once.
        if ((step & 7) === 0 && at + 7 < steps.length && (steps[at + 7] as number) - step === 7 && (axis[at + 7] as number) < before) {
          const sum = sumOfEight(values, at);
          if (sum - sum === 0) {
            for (const after = at + 8; at < after; at++) {
              const value = values[at] as number;
              if (value < min) min = value;
              if (value > max) max = value;
            }
            tree.add(step, step + 7, sum);
            continue;
          }
        }
        const value = values[at++] as number;
        // Neither infinity nor NaN equals itself after the subtraction.
        if (value - value !== 0) {
          nonFinite++;
          continue;
        }
        if (value < min) min = value;
        if (value > max) max = value;
        tree.add(step, step, value);
      }
      rows.min[row] = min;
      rows.max[row] = max;
      rows.nonFinite[row] = (rows.nonFinite[row] as number) + nonFinite;
      rows.count[row] = (rows.count[row] as number) + at - start;
      rows.toStep[row] = steps[at - 1] as number;
      rows.last[row] = values[at - 1] as number;
      if (ends !== null) ends.to[row] = axis[at - 1] as number;
    }
  };

  const addFolds = (folds: FoldColumns): void => {
    for (let at = 0; at < folds.fromStep.length; at++) {
      const [fromStep, toStep] = [folds.fromStep[at] as number, folds.toStep[at] as number];
      if (fromStep >= end) open(fromStep, fromStep);
      const [count, nonFinite] = [folds.count[at] as number, folds.nonFinite[at] as number];
      if ((folds.min[at] as number) < (rows.min[row] as number)) rows.min[row] = folds.min[at] as number;
      if ((folds.max[at] as number) > (rows.max[row] as number)) rows.max[row] = folds.max[at] as number;
      if (count > nonFinite) tree.add(fromStep, toStep, folds.sum[at] as number);
      rows.count[row] = (rows.count[row] as number) + count;
      rows.nonFinite[row] = (rows.nonFinite[row] as number) + nonFinite;
      rows.toStep[row] = toStep;
      rows.last[row] = folds.last[at] as number;
    }
  };

  for (const piece of pieces)
    if ("folds" in piece) addFolds(piece.folds);
    else addPoints(piece);
  close();
  return { ...slice(rows, 0, row + 1), ends: ends && slice(ends, 0, row + 1) };
}

/** As the tree adds them; not finite where one is not, or a sum is too large. */
const sumOfEight = (values: Float64Array, at: number): number =>
  (values[at] as number) +
  (values[at + 1] as number) +
  ((values[at + 2] as number) + (values[at + 3] as number)) +
  ((values[at + 4] as number) + (values[at + 5] as number) + ((values[at + 6] as number) + (values[at + 7] as number)));

/** Points of a row of a chunk's folds, where its steps are equally far apart; as near to it as a power of two of steps comes. */
const POINTS_A_FOLD = 64;
/** Folds are kept of at least so many points, where they have at most so many rows a point: a row takes six times the bytes of a value. */
const LEAST_POINTS = 4 * POINTS_A_FOLD;
const MOST_ROWS_A_POINT = 1 / 24;

/**
 * Folds of a chunk's current points, in their order; null where they would save too little, or a sum is too large. A row is of a node of the tree of sums that lies
 * between the chunk's first and last step, so that no point of another chunk belongs to it.
 */
export function foldChunk(points: Pick<StoredPoints, "steps" | "values">): ChunkFolds | null {
  const { steps } = points;
  if (steps.length < LEAST_POINTS) return null;
  const [first = 0, last = 0] = [steps[0], steps.at(-1)];
  const span = last - first + 1;
  const level = Math.round(Math.log2((span / steps.length) * POINTS_A_FOLD));
  const most = Math.floor(steps.length * MOST_ROWS_A_POINT);
  const whole = Math.floor(span / 2 ** level);
  if (whole > most || level > 30) return null;
  // At either end there is at most one node of each smaller size.
  const rows = Math.min(steps.length, whole + 2 * level + 1);
  const { mean: _mean, ends: _ends, ...folds } = foldPieces([points], rows, (step) => endOfNode(step, first, last, 2 ** level));
  return folds.sum.length > most || !folds.sum.every(Number.isFinite) ? null : { level, folds };
}

/** Where the largest node ends that has the step, at most `most` steps, and none before `first` or after `last`. */
function endOfNode(step: number, first: number, last: number, most: number): number {
  let [width, start] = [most, Math.floor(step / most) * most];
  while (width > 1 && (start < first || start + width - 1 > last)) {
    width /= 2;
    start = Math.floor(step / width) * width;
  }
  return start + width;
}
