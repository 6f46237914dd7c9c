// Owns: pieces of series, chunks and rows alike: the statement that selects them and what their columns hold. Must not know: who reads them.
import type { Sql, Transaction } from "../database.ts";
import { decodeChunk, decodeFolds, decodeValues } from "./chunk-bytes.ts";
import { copiedRows } from "./copy-rows.ts";
import type { ChunkFolds } from "./folds.ts";
import { allocate, currentValues } from "./series-points.ts";
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

/** How a series will be cut into buckets of steps: into at most so many, or into ones of this width, a power of two. */
export type Cut = { readonly maxPoints: number } | { readonly width: number };

/**
 * Values and steps of the chunks of `source`, which has all columns of metrics.chunk. Of one that the range cuts and whose steps are equally far apart no
 * more than the points in the range: the stored values are eight bytes each, and Postgres reads of a long column what is asked for. Its steps are then
 * written as `encodeSteps` would, by `int4send`. `low` and `high` are integers.
 */
const pointsOf = (source: string, low: number, high: number): string => `
  select series_id, case when cuts then ${SLICE} else ${POINTS} end, case when cuts then substring(vals from 8 * begins + 1 for 8 * size) else vals end,
    case when cuts then int4send((from_step + begins * stride)::int) || int4send((case size when 2 then from_step + (begins + 1) * stride else stride end)::int) else steps end
  from ${source} c
    cross join lateral (select nullif((to_step::bigint - from_step) / nullif(points - 1, 0), 0) as stride) s
    cross join lateral (select greatest(0, (${low}::bigint - from_step + stride - 1) / stride)::int as begins, least(points - 1, (${high}::bigint - from_step) / stride)::int as ends) e
    cross join lateral (select greatest(0, ends - begins + 1) as size,
      points > 2 and stride is not null and octet_length(steps) = 8 and (from_step < ${low} or to_step > ${high}) as cuts) n`;

/**
 * As `selectPieces`, but values and steps alone; of chunks that lie wholly in the range, and whose rows of folds are no wider than the buckets, folds in their place.
 * The width of buckets is found from chunks: where points begin later in the range, or end earlier, buckets may be finer.
 */
function selectCurrent(seriesIds: readonly string[], fromStep: number, toStep: number, cut: Cut | null): string {
  const ids = `'{${integers(seriesIds).join(",")}}'::bigint[]`;
  const [low, high] = integers([String(fromStep), String(toStep)]);
  const chunks = `series_id = any(${ids}) and to_step >= ${low} and from_step <= ${high}`;
  const rows = `
    select series_id, ${ROWS}, string_agg(float8send(value), '' order by step, segment, batch), string_agg(int4send(step), '' order by step, segment, batch)
    from metrics.point where series_id = any(${ids}) and step between ${low} and ${high} group by series_id`;
  if (cut === null) return `${pointsOf(`(select * from metrics.chunk where ${chunks})`, fromStep, toStep)} union all ${rows}`;
  const [limit] = integers([String("width" in cut ? Math.floor(Math.log2(cut.width)) : cut.maxPoints)]);
  // Folds do where buckets of half their rows' width would be too many.
  const isWide =
    "width" in cut
      ? `fold_level <= ${limit}`
      : `(ends >> (fold_level - 1)) - (begins >> (fold_level - 1)) >= case when begins < 0 and ends >= 0 then greatest(2, ${limit}) else ${limit} end`;
  return `
    with extent as materialized (
        select series_id, greatest(min(from_step), ${low}) as begins, least(max(to_step), ${high}) as ends from metrics.chunk where ${chunks} group by series_id),
      chosen as (
        select c.*, coalesce(from_step >= ${low} and to_step <= ${high} and ${isWide}, false) as folded
        from metrics.chunk c join extent using (series_id) where ${chunks})
    select series_id, fold_level, folds, null from chosen where folded
    union all ${pointsOf("(select * from chosen where not folded)", fromStep, toStep)} union all ${rows}`;
}

/** What stands in place of the level of a piece that is no folds; SLICE: a part of a chunk. */
const [POINTS, ROWS, SLICE] = [-1, -2, -3];

export type StoredPiece = ChunkFolds | StoredValues;

/** Current points of a chunk or of rows, as if there were no other piece. */
export interface StoredValues extends Pick<StoredPoints, "steps" | "values"> {
  readonly areRows: boolean;
}

/** Pieces by series, in no order; the current points of each as if it were alone. `cut`: null where points are wanted. */
export async function fetchCurrent(
  sql: Sql | Transaction,
  seriesIds: readonly string[],
  [fromStep, toStep]: readonly [number, number],
  cut: Cut | null,
): Promise<ReadonlyMap<string, readonly StoredPiece[]>> {
  const file = await sql.copyOut(`copy (${selectCurrent(seriesIds, fromStep, toStep, cut)}) to stdout (format binary)`);
  const pieces = new Map<string, StoredPiece[]>();
  for (const [id, kind, first, second] of copiedRows(file)) {
    const key = String((id as Buffer).readBigInt64BE());
    const piece = decodeCurrent((kind as Buffer).readInt32BE(), first as Buffer, second as Buffer);
    const known = pieces.get(key);
    if (known === undefined) pieces.set(key, [piece]);
    else known.push(piece);
  }
  return pieces;
}

function decodeCurrent(kind: number, first: Buffer, second: Buffer): StoredPiece {
  if (kind >= 0) return { level: kind, folds: decodeFolds(first) };
  // What Postgres writes is big-endian: all of rows, the steps of a part of a chunk.
  const points = decodeValues(kind === POINTS ? second : second.swap32(), kind === ROWS ? first.swap64() : first);
  return { areRows: kind === ROWS, ...currentValues(points) };
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
