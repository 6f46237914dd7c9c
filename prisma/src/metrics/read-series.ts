// Owns: reading stored points of series, rows and chunks together, in one snapshot. Must not know: buckets, GraphQL.
import type { Sql, Transaction } from "../database.ts";
import { decodePiece, fetchPieces, selectPieces } from "./pieces.ts";
import type { Piece } from "./pieces.ts";
import { current, merge, nothing, slice } from "./series-points.ts";
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
  const { runIds, names } = wanted;
  const series = await sql<NamedSeries[]>`
    select id::text, run_id as "runId", name from metrics.series
    where run_id = any(${[...runIds]}::text[]) and (${names === null}::bool or name = any(${[...(names ?? [])]}::text[]))
    order by run_id collate "C", name`;
  return readPointsOf(series, wanted, (select) => fetchPieces(sql, select));
}

/** As `readSeries`, with each step's current point alone. */
export const readCurrent = async (sql: Sql | Transaction, wanted: SeriesToRead): Promise<ReadSeries[]> =>
  (await readSeries(sql, wanted)).map((one) => ({ ...one, points: current(one.points) }));

export interface NamedSeries {
  readonly id: string;
  readonly runId: string;
  readonly name: string;
}

const [LOWEST, HIGHEST] = [-2_147_483_648, 2_147_483_647];

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
    const points = within(merge((pieces.get(id) ?? []).map(decodePiece)), low, high);
    return points.steps.length === 0 ? [] : [{ runId, name, points }];
  });
}

function within(points: StoredPoints, low: number, high: number): StoredPoints {
  const { steps } = points;
  let [from, to] = [0, steps.length];
  while (from < to && (steps[from] as number) < low) from++;
  while (to > from && (steps[to - 1] as number) > high) to--;
  return from === to ? nothing() : slice(points, from, to);
}
