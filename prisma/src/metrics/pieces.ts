// Owns: pieces of series, chunks and rows alike: the statement that selects them and what their columns hold. Must not know: who reads them.
import type { Sql, Transaction } from "../database.ts";
import { decodeChunk, decodeValues } from "./chunk-bytes.ts";
import { copiedRows } from "./copy-rows.ts";
import { allocate } from "./series-points.ts";
import type { StoredPoints } from "./series-points.ts";

/** A chunk, or a series' rows in the same columns, written by `int4send`, `float8send` and `int8send`. */
export interface Piece {
  readonly seriesId: string;
  readonly isChunk: boolean;
  readonly steps: Buffer;
  readonly vals: Buffer;
  readonly times: Buffer;
  readonly batches: Buffer;
}

/** Rows of `source`, which has the columns of metrics.point, gathered into one piece a series. */
const gathered = (source: string): string => `
  select series_id, false, string_agg(int4send(step), '' order by step, segment, batch), string_agg(float8send(value), '' order by step, segment, batch),
    string_agg(float8send((extract(epoch from at) * 1000)::float8), '' order by step, segment, batch),
    string_agg(int4send(segment) || int8send(batch), '' order by step, segment, batch)
  from ${source} group by series_id`;

/** COPY takes no parameters: what is put into the text is checked to be integers. */
export function selectPieces(seriesIds: readonly string[], fromStep: number, toStep: number): string {
  const ids = `'{${integers(seriesIds).join(",")}}'::bigint[]`;
  const [low, high] = integers([String(fromStep), String(toStep)]);
  return `
    select series_id, true as "isChunk", steps, vals, times, batches from metrics.chunk where series_id = any(${ids}) and to_step >= ${low} and from_step <= ${high}
    union all ${gathered(`metrics.point where series_id = any(${ids}) and step between ${low} and ${high}`)}`;
}

/** As `selectPieces`, but steps and values of chunks alone; of a series that has rows in the range one line says so, without columns. */
function selectValues(seriesIds: readonly string[], fromStep: number, toStep: number): string {
  const ids = `'{${integers(seriesIds).join(",")}}'::bigint[]`;
  const [low, high] = integers([String(fromStep), String(toStep)]);
  return `
    select series_id, repeats, steps, vals from metrics.chunk where series_id = any(${ids}) and to_step >= ${low} and from_step <= ${high}
    union all select distinct series_id, true, ''::bytea, ''::bytea from metrics.point where series_id = any(${ids}) and step between ${low} and ${high}`;
}

/** Steps and values of a chunk; `mixed` where the piece alone does not say which points are current. */
export interface ValuePiece extends Pick<StoredPoints, "steps" | "values"> {
  readonly mixed: boolean;
}

/** Pieces by series, in no order. */
export async function fetchValues(
  sql: Sql | Transaction,
  seriesIds: readonly string[],
  fromStep: number,
  toStep: number,
): Promise<ReadonlyMap<string, readonly ValuePiece[]>> {
  const file = await sql.copyOut(`copy (${selectValues(seriesIds, fromStep, toStep)}) to stdout (format binary)`);
  const pieces = new Map<string, ValuePiece[]>();
  for (const [id, mixed, steps, vals] of copiedRows(file)) {
    const key = String((id as Buffer).readBigInt64BE());
    const piece = { mixed: (mixed as Buffer)[0] === 1, ...decodeValues(steps as Buffer, vals as Buffer) };
    const known = pieces.get(key);
    if (known === undefined) pieces.set(key, [piece]);
    else known.push(piece);
  }
  return pieces;
}

/** Takes a series' rows and its chunks of fewer than `full` points out of their tables. */
export function takePieces(seriesId: string, full: number): string {
  const [id, most] = integers([seriesId, String(full)]);
  return `
    with gone as (delete from metrics.chunk where series_id = ${id} and points < ${most} returning series_id, steps, vals, times, batches),
      taken as (delete from metrics.point where series_id = ${id} returning series_id, step, segment, batch, value, at)
    select series_id, true, steps, vals, times, batches from gone union all ${gathered("taken")}`;
}

/** Runs one of the statements above. */
export async function fetchPieces(sql: Sql | Transaction, select: string): Promise<Piece[]> {
  const file = await sql.copyOut(`copy (${select}) to stdout (format binary)`);
  return Array.from(copiedRows(file), ([id, isChunk, steps, vals, times, batches]) => ({
    seriesId: String((id as Buffer).readBigInt64BE()),
    isChunk: (isChunk as Buffer)[0] === 1,
    steps: steps as Buffer,
    vals: vals as Buffer,
    times: times as Buffer,
    batches: batches as Buffer,
  }));
}

export const decodePiece = (piece: Piece): StoredPoints => (piece.isChunk ? decodeChunk(piece) : decodeRows(piece));

/** What Postgres sends is big-endian. */
function decodeRows({ steps, vals, times, batches }: Piece): StoredPoints {
  const length = vals.byteLength / 8;
  const points = allocate(length);
  for (let index = 0; index < length; index++) {
    points.steps[index] = steps.readInt32BE(4 * index);
    points.values[index] = vals.readDoubleBE(8 * index);
    points.times[index] = times.readDoubleBE(8 * index);
    points.segments[index] = batches.readInt32BE(12 * index);
    points.batches[index] = Number(batches.readBigInt64BE(12 * index + 4));
  }
  return points;
}

function integers(texts: readonly string[]): readonly string[] {
  for (const text of texts) if (!/^-?\d{1,19}$/.test(text)) throw new RangeError(`not an integer: ${text}`);
  return texts;
}
