// Owns: the bytes of a chunk's columns. Little-endian; each column says by its length how it was written. Must not know: SQL, runs.
//
// steps    8 bytes: first step and stride, where all steps are equally far apart; else an int32 a point
// vals     a float64 a point
// times    8 bytes: one instant for all; 8 + 4n: earliest instant and a uint32 of milliseconds after it; else a float64 a point
// batches  16 bytes a stretch of points of one batch: uint32 points, int32 segment, float64 batch
// folds    48 bytes a row of folds.ts, column by column: float64 min, max, sum, last, int32 first step, last step, count, non-finite
import type { FoldColumns } from "./folds.ts";
import { allocate } from "./series-points.ts";
import type { StoredPoints } from "./series-points.ts";

/** A chunk's columns as they are stored. */
export interface ChunkBytes {
  readonly steps: Uint8Array;
  readonly vals: Uint8Array;
  readonly times: Uint8Array;
  readonly batches: Uint8Array;
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

export const encodeChunk = (points: StoredPoints): ChunkBytes => ({
  steps: encodeSteps(points.steps),
  vals: bytesOf(points.values),
  times: encodeTimes(points.times),
  batches: encodeBatches(points),
});

/** @throws RangeError for columns that do not belong together */
export function decodeChunk({ steps, vals, times, batches }: ChunkBytes): StoredPoints {
  const length = vals.byteLength / 8;
  return { steps: decodeSteps(steps, length), values: float64(vals), times: decodeTimes(times, length), ...decodeBatches(batches, length) };
}

/** Two of the columns. */
export const decodeValues = (steps: Uint8Array, vals: Uint8Array): Pick<StoredPoints, "steps" | "values"> => ({
  steps: decodeSteps(steps, vals.byteLength / 8),
  values: float64(vals),
});

const FOLD_BYTES = 48;

export function encodeFolds({ min, max, sum, last, fromStep, toStep, count, nonFinite }: FoldColumns): Uint8Array {
  const bytes = new Uint8Array(FOLD_BYTES * count.length);
  let at = 0;
  for (const column of [min, max, sum, last, fromStep, toStep, count, nonFinite]) {
    bytes.set(bytesOf(column), at);
    at += column.byteLength;
  }
  return bytes;
}

/** Without a copy where the bytes have a buffer of their own. @throws RangeError for bytes that are no folds */
export function decodeFolds(bytes: Uint8Array): FoldColumns {
  const rows = bytes.byteLength / FOLD_BYTES;
  if (!Number.isInteger(rows)) throw new RangeError(`${bytes.byteLength} bytes of folds`);
  const buffer = aligned(bytes);
  const numbers = (column: number): Float64Array => new Float64Array(buffer, 8 * column * rows, rows);
  const integers = (column: number): Int32Array => new Int32Array(buffer, (32 + 4 * column) * rows, rows);
  return {
    min: numbers(0),
    max: numbers(1),
    sum: numbers(2),
    last: numbers(3),
    fromStep: integers(0),
    toStep: integers(1),
    count: integers(2),
    nonFinite: integers(3),
  };
}

function encodeSteps(steps: Int32Array): Uint8Array {
  const first = steps[0] ?? 0;
  const stride = steps.length > 1 ? (steps[1] as number) - first : 0;
  for (let index = 1; index < steps.length; index++)
    if ((steps[index] as number) - (steps[index - 1] as number) !== stride) return bytesOf(steps);
  // A stride may pass 2^31; two points of that distance are written plainly.
  return stride > 0x7f_ff_ff_ff || steps.length <= 2 ? bytesOf(steps) : bytesOf(Int32Array.of(first, stride));
}

function decodeSteps(bytes: Uint8Array, length: number): Int32Array {
  const written = new Int32Array(aligned(bytes));
  if (written.length === length) return written;
  const [first, stride] = written;
  if (written.length !== 2 || first === undefined || stride === undefined)
    throw new RangeError(`${bytes.byteLength} bytes of steps for ${length} points`);
  const steps = new Int32Array(length);
  for (let index = 0; index < length; index++) steps[index] = first + index * stride;
  return steps;
}

function encodeTimes(times: Float64Array): Uint8Array {
  let [earliest, latest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const time of times) {
    earliest = Math.min(earliest, time);
    latest = Math.max(latest, time);
  }
  if (earliest === latest && times.length > 1) return bytesOf(Float64Array.of(earliest));
  if (latest - earliest > 0xff_ff_ff_ff || times.length < 3 || !times.every(Number.isSafeInteger)) return bytesOf(times);
  const bytes = new Uint8Array(8 + 4 * times.length);
  new Float64Array(bytes.buffer, 0, 1)[0] = earliest;
  const after = new Uint32Array(bytes.buffer, 8);
  for (let index = 0; index < times.length; index++) after[index] = (times[index] as number) - earliest;
  return bytes;
}

function decodeTimes(bytes: Uint8Array, length: number): Float64Array {
  if (bytes.byteLength === 8 * length) return float64(bytes);
  const buffer = aligned(bytes);
  const [earliest = 0] = new Float64Array(buffer, 0, 1);
  if (bytes.byteLength === 8) return new Float64Array(length).fill(earliest);
  if (bytes.byteLength !== 8 + 4 * length) throw new RangeError(`${bytes.byteLength} bytes of times for ${length} points`);
  const after = new Uint32Array(buffer, 8);
  const times = new Float64Array(length);
  for (let index = 0; index < length; index++) times[index] = earliest + (after[index] as number);
  return times;
}

function encodeBatches({ segments, batches }: StoredPoints): Uint8Array {
  const starts: number[] = [];
  for (let index = 0; index < batches.length; index++)
    if (index === 0 || batches[index] !== batches[index - 1] || segments[index] !== segments[index - 1]) starts.push(index);
  const bytes = new DataView(new ArrayBuffer(16 * starts.length));
  for (const [at, start] of starts.entries()) {
    bytes.setUint32(16 * at, (starts[at + 1] ?? batches.length) - start, true);
    bytes.setInt32(16 * at + 4, segments[start] as number, true);
    bytes.setFloat64(16 * at + 8, batches[start] as number, true);
  }
  return bytesOf(bytes);
}

function decodeBatches(bytes: Uint8Array, length: number): Pick<StoredPoints, "segments" | "batches"> {
  const { segments, batches } = allocate(length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  for (let offset = 0; offset < bytes.byteLength; offset += 16) {
    const end = at + view.getUint32(offset, true);
    segments.fill(view.getInt32(offset + 4, true), at, end);
    batches.fill(view.getFloat64(offset + 8, true), at, end);
    at = end;
  }
  if (at !== length) throw new RangeError(`${at} points of batches for ${length} points`);
  return { segments, batches };
}

const float64 = (bytes: Uint8Array): Float64Array => new Float64Array(aligned(bytes));

/** The bytes in a buffer of their own: typed arrays want alignment. No copy where they have one already. */
const aligned = ({ buffer, byteOffset, byteLength }: Uint8Array): ArrayBuffer =>
  byteOffset === 0 && byteLength === buffer.byteLength
    ? (buffer as ArrayBuffer)
    : (buffer as ArrayBuffer).slice(byteOffset, byteOffset + byteLength);
