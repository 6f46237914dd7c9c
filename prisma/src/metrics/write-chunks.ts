// Owns: points of one series as rows of metrics.chunk. Must not know: where they come from, transactions.
import { encodeChunk, encodeFolds } from "./chunk-bytes.ts";
import type { CopyRows } from "./copy-rows.ts";
import { foldChunk } from "./folds.ts";
import { current, slice } from "./series-points.ts";
import type { StoredPoints } from "./series-points.ts";

/** Points of a full chunk: 32 kB of values. */
export const FULL_CHUNK = 4_096;

export const COPY_CHUNKS = `copy metrics.chunk (series_id, from_step, to_step, points, non_finite, low, high, last, last_segment, last_batch,
  steps, vals, times, batches, fold_level, folds) from stdin (format binary)`;

/** Points in order as full chunks and one with the rest; points of one step stay together. Returns how many chunks they are. */
export function writeChunks(chunks: CopyRows, id: string, points: StoredPoints): number {
  const { steps } = points;
  let count = 0;
  for (let from = 0; from < steps.length; count++) {
    let to = Math.min(from + FULL_CHUNK, steps.length);
    while (to < steps.length && steps[to] === steps[to - 1]) to++;
    writeChunk(chunks, id, slice(points, from, to));
    from = to;
  }
  return count;
}

/** Points in order, as one row of `COPY_CHUNKS`. */
export function writeChunk(chunks: CopyRows, id: string, points: StoredPoints): void {
  const { steps, values, segments, batches } = points;
  const end = steps.length - 1;
  let [low, high, nonFinite] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) {
      nonFinite++;
      continue;
    }
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const some = nonFinite < values.length;
  const bytes = encodeChunk(points);
  const folded = foldChunk(current(points));
  chunks
    .row(16)
    .int8(BigInt(id))
    .int4(steps[0] as number)
    .int4(steps[end] as number)
    .int4(steps.length)
    .int4(nonFinite)
    .float8(some ? low : null)
    .float8(some ? high : null)
    .float8(values[end] as number)
    .int4(segments[end] as number)
    .int8(batches[end] as number)
    .bytea(bytes.steps)
    .bytea(bytes.vals)
    .bytea(bytes.times)
    .bytea(bytes.batches)
    .int4(folded && folded.level)
    .bytea(folded && encodeFolds(folded.folds));
}
