// Owns: reading stored points of series, rows and chunks together, in one snapshot. Must not know: GraphQL.
import type { Sql, Transaction } from "../database.ts";
import { extentOf, finestWidth } from "./buckets.ts";
import type { FoldedPiece, PointPiece } from "./folds.ts";
import { decodePiece, fetchCurrent, fetchPieces, selectPieces } from "./pieces.ts";
import type { Cut, Piece, StoredPiece } from "./pieces.ts";
import { current, merge, slice, within } from "./series-points.ts";
import type { StoredPoints } from "./series-points.ts";

export interface SeriesToRead {
  readonly runIds: readonly string[];
  /** Null: every name. */
  readonly names: readonly string[] | null;
  readonly fromStep?: number | null | undefined;
  readonly toStep?: number | null | undefined;
}

export interface ReadSeries {
  readonly runId: string;
  readonly name: string;
  /** By (step, segment, batch): superseded points included. */
  readonly points: StoredPoints;
}

/** Every stored point of the series that have one, by run and name. One statement reads points, so compaction is seen wholly or not at all. */
export async function readSeries(sql: Sql | Transaction, wanted: SeriesToRead): Promise<ReadSeries[]> {
  return readPointsOf(await findSeries(sql, wanted), wanted, (select) => fetchPieces(sql, select));
}

const findSeries = (sql: Sql | Transaction, { runIds, names }: SeriesToRead): Promise<NamedSeries[]> =>
  sql<NamedSeries[]>`
    select id::text, run_id as "runId", name from metrics.series
    where run_id = any(${[...runIds]}::text[]) and (${names === null}::bool or name = any(${[...(names ?? [])]}::text[]))
    order by run_id collate "C", name`;

export type Values = Pick<StoredPoints, "steps" | "values">;

export interface CurrentValues {
  readonly runId: string;
  readonly name: string;
  /** At least one, none empty, one after another: no step is in two. */
  readonly pieces: readonly Values[];
}

export interface CurrentPieces {
  readonly runId: string;
  readonly name: string;
  /** As those of `CurrentValues`. */
  readonly pieces: readonly FoldedPiece[];
}

/** Steps and values of `readCurrent`, in the pieces in which they are stored. */
export async function readCurrentValues(sql: Sql | Transaction, wanted: SeriesToRead): Promise<CurrentValues[]> {
  return (await readPieces(sql, await findSeries(sql, wanted), wanted, null)).map((one) => ({
    ...one,
    pieces: one.pieces.filter(isPoints),
  }));
}

/** As `readCurrentValues`, of chunks their folds alone where they are cut into buckets that are wide enough: those are the same ones. */
export async function readFolded(sql: Sql | Transaction, wanted: SeriesToRead, cut: Cut): Promise<CurrentPieces[]> {
  const series = await findSeries(sql, wanted);
  const read = await readPieces(sql, series, wanted, cut);
  const tooWide = new Set(read.filter(({ pieces }) => !areNoWiderThan(widthOf(pieces, cut), pieces)).map(({ id }) => id));
  if (tooWide.size === 0) return read;
  const again = await readPieces(
    sql,
    series.filter(({ id }) => tooWide.has(id)),
    wanted,
    null,
  );
  const pointsOf = new Map(again.map((one) => [one.id, one]));
  return read.map((one) => pointsOf.get(one.id) ?? one);
}

const isPoints = (piece: FoldedPiece): piece is PointPiece => "steps" in piece;
const widthOf = (pieces: readonly FoldedPiece[], cut: Cut): number =>
  "width" in cut ? cut.width : finestWidth(...extentOf(pieces), cut.maxPoints);
const areNoWiderThan = (width: number, pieces: readonly FoldedPiece[]): boolean =>
  pieces.every((piece) => isPoints(piece) || 2 ** piece.level <= width);

/** Where pieces follow each other, nothing but what `fetchCurrent` gives is read; a series whose pieces overlap is read whole. */
async function readPieces(
  sql: Sql | Transaction,
  series: readonly NamedSeries[],
  wanted: SeriesToRead,
  cut: Cut | null,
): Promise<(CurrentPieces & NamedSeries)[]> {
  if (series.length === 0) return [];
  const [low, high] = [wanted.fromStep ?? LOWEST, wanted.toStep ?? HIGHEST];
  const ids = series.map(({ id }) => id);
  const fetched = await fetchCurrent(sql, ids, [low, high], cut);
  const read = new Map<string, readonly FoldedPiece[]>();
  const mixed: NamedSeries[] = [];
  for (const one of series) {
    const pieces = inOrder((fetched.get(one.id) ?? []).map((piece) => inRange(piece, low, high)));
    if (pieces === null) mixed.push(one);
    else read.set(one.id, pieces);
  }
  for (const { id, points } of await readPointsOf(mixed, wanted, (select) => fetchPieces(sql, select))) read.set(id, [current(points)]);
  return series.flatMap((one) => {
    const pieces = read.get(one.id) ?? [];
    return pieces.length === 0 ? [] : [{ ...one, pieces }];
  });
}

const inRange = (piece: StoredPiece, low: number, high: number): StoredPiece =>
  "folds" in piece ? piece : { areRows: piece.areRows, ...within({ steps: piece.steps, values: piece.values }, piece.steps, low, high) };

/** Those that are not empty, one after another, rows parted where chunks lie between them; null where pieces overlap: they do not say which of their points are current. */
function inOrder(pieces: readonly StoredPiece[]): readonly FoldedPiece[] | null {
  const some = pieces.filter((piece) => "folds" in piece || piece.steps.length > 0);
  const chunks = placed(some.filter((piece) => "folds" in piece || !piece.areRows));
  const rows = some.flatMap((piece) => ("folds" in piece || !piece.areRows ? [] : part(piece, chunks)));
  const ordered = rows.length === 0 ? chunks : placed([...chunks.map(({ piece }) => piece), ...rows]);
  if (ordered.some(({ first }, at) => at > 0 && (ordered[at - 1]?.last ?? first) >= first)) return null;
  return ordered.map(({ piece }) => piece);
}

interface Placed {
  readonly piece: FoldedPiece;
  readonly first: number;
  readonly last: number;
}

const placed = (pieces: readonly FoldedPiece[]): Placed[] =>
  pieces
    .map((piece) => {
      const [first, last] = extentOf([piece]);
      return { piece, first, last };
    })
    .toSorted((a, b) => a.first - b.first);

/** What lies before each of the chunks, which are in order, and after all of them. What lies within one is with what comes before the next. */
function part({ steps, values }: Values, chunks: readonly Placed[]): Values[] {
  const ends: number[] = [];
  let at = 0;
  for (const { first } of chunks) {
    while (at < steps.length && (steps[at] as number) < first) at++;
    ends.push(at);
  }
  return [...ends, steps.length].flatMap((end, index) => {
    const from = ends[index - 1] ?? 0;
    return from === end ? [] : [slice({ steps, values }, from, end)];
  });
}

/** Pieces that follow each other as one. */
export function joinValues(pieces: readonly Values[]): Values {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  const length = pieces.reduce((sum, { steps }) => sum + steps.length, 0);
  const [steps, values] = [new Int32Array(length), new Float64Array(length)];
  let at = 0;
  for (const piece of pieces) {
    steps.set(piece.steps, at);
    values.set(piece.values, at);
    at += piece.steps.length;
  }
  return { steps, values };
}

/** As `readSeries`, with each step's current point alone. */
export const readCurrent = async (sql: Sql | Transaction, wanted: SeriesToRead): Promise<ReadSeries[]> =>
  (await readSeries(sql, wanted)).map((one) => ({ ...one, points: current(one.points) }));

export interface NamedSeries {
  readonly id: string;
  readonly runId: string;
  readonly name: string;
}

/** Steps that can be stored. */
export const [LOWEST, HIGHEST] = [-2_147_483_648, 2_147_483_647];

/** Points of the series, in their order; those without any are left out. `fetch` runs the statement that selects pieces. */
export async function readPointsOf(
  series: readonly NamedSeries[],
  { fromStep, toStep }: Pick<SeriesToRead, "fromStep" | "toStep">,
  fetch: (select: string) => Promise<readonly Piece[]>,
): Promise<(ReadSeries & NamedSeries)[]> {
  if (series.length === 0) return [];
  const [low, high] = [fromStep ?? LOWEST, toStep ?? HIGHEST];
  const ids = series.map(({ id }) => id);
  const pieces = Map.groupBy(await fetch(selectPieces(ids, low, high)), ({ seriesId }) => seriesId);
  return series.flatMap((one) => {
    const whole = merge((pieces.get(one.id) ?? []).map(decodePiece));
    const points = within(whole, whole.steps, low, high);
    return points.steps.length === 0 ? [] : [{ ...one, points }];
  });
}
