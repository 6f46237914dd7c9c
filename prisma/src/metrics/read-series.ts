// Owns: reading stored points of series, rows and chunks together, in one snapshot. Must not know: buckets, GraphQL.
import type { Sql, Transaction } from "../database.ts";
import { decodePiece, fetchPieces, fetchValues, selectPieces } from "./pieces.ts";
import type { Piece } from "./pieces.ts";
import { current, merge, within } from "./series-points.ts";
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

/**
 * Steps and values of `readCurrent`, in the pieces in which they are stored. Where chunks follow each other, nothing else of them is read; a series whose pieces
 * overlap, repeat steps or are rows is read whole.
 */
export async function readCurrentValues(sql: Sql | Transaction, wanted: SeriesToRead): Promise<CurrentValues[]> {
  const series = await findSeries(sql, wanted);
  if (series.length === 0) return [];
  const [low, high] = [wanted.fromStep ?? LOWEST, wanted.toStep ?? HIGHEST];
  const ids = series.map(({ id }) => id);
  const pieces = await fetchValues(sql, ids, low, high);
  const read = new Map<string, readonly Values[]>();
  const mixed: NamedSeries[] = [];
  for (const one of series) {
    const ordered = (pieces.get(one.id) ?? []).toSorted((a, b) => (a.steps[0] ?? 0) - (b.steps[0] ?? 0));
    if (ordered.length === 0) continue;
    if (ordered.some((piece, at) => piece.mixed || (at > 0 && (ordered[at - 1]?.steps.at(-1) ?? 0) >= (piece.steps[0] ?? 0))))
      mixed.push(one);
    else
      read.set(
        one.id,
        ordered.map(({ steps, values }) => within({ steps, values }, steps, low, high)),
      );
  }
  const whole = await readPointsOf(mixed, wanted, (select) => fetchPieces(sql, select));
  const byKey = new Map(whole.map(({ runId, name, points }) => [`${runId}\n${name}`, [current(points)]]));
  return series.flatMap(({ id, runId, name }) => {
    const some = (read.get(id) ?? byKey.get(`${runId}\n${name}`) ?? []).filter(({ steps }) => steps.length > 0);
    return some.length === 0 ? [] : [{ runId, name, pieces: some }];
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
): Promise<ReadSeries[]> {
  if (series.length === 0) return [];
  const [low, high] = [fromStep ?? LOWEST, toStep ?? HIGHEST];
  const ids = series.map(({ id }) => id);
  const pieces = Map.groupBy(await fetch(selectPieces(ids, low, high)), ({ seriesId }) => seriesId);
  return series.flatMap(({ id, runId, name }) => {
    const whole = merge((pieces.get(id) ?? []).map(decodePiece));
    const points = within(whole, whole.steps, low, high);
    return points.steps.length === 0 ? [] : [{ runId, name, points }];
  });
}
