// Owns: every stored point of runs as of a moment, in one order, in portions of bounded size. Must not know: file formats, HTTP.
import type { Sql } from "../database.ts";
import { fetchPieces, selectPieces, decodePiece } from "./pieces.ts";
import { merge, pick } from "./series-points.ts";
import type { StoredPoints } from "./series-points.ts";

/** The last batch of each run that belongs to the export: what is committed later does not. */
export type AsOf = Readonly<Record<string, number>>;

/** Where the runs stand now. Runs without a batch are in it with 0. */
export async function readAsOf(sql: Sql, runIds: readonly string[]): Promise<AsOf> {
  const rows = await sql<{ id: string; ordinal: number }[]>`
    select r.id, coalesce((select max(ordinal) from metrics.batch where run_id = r.id), 0)::float8 as ordinal
    from unnest(${[...runIds]}::text[]) as r(id) order by r.id collate "C"`;
  return Object.fromEntries(rows.map(({ id, ordinal }) => [id, ordinal]));
}

export interface ExportedSeries {
  readonly runId: string;
  readonly name: string;
  /** By (step, segment, batch), superseded ones included. */
  readonly points: StoredPoints;
}

/** Points held in memory at once, beyond which a portion ends; a longer series is a portion of its own. */
const PORTION = 400_000;

/** By run, name and step: the same points in the same order, however and whenever they are stored. */
export async function* exportPoints(sql: Sql, asOf: AsOf): AsyncGenerator<ExportedSeries> {
  for (const runId of Object.keys(asOf).toSorted(byCodeUnit)) {
    const series = await sql<{ id: string; name: string; points: number }[]>`
      select s.id::text, s.name, ((select coalesce(sum(points), 0) from metrics.chunk where series_id = s.id) + (select count(*) from metrics.point where series_id = s.id))::float8 as points
      from metrics.series s where s.run_id = ${runId} order by s.name`;
    for (let from = 0; from < series.length;) {
      let [to, points] = [from, 0];
      for (; to < series.length && (to === from || points + (series[to]?.points ?? 0) <= PORTION); to++) points += series[to]?.points ?? 0;
      const portion = series.slice(from, to);
      from = to;
      const ids = portion.map(({ id }) => id);
      const pieces = Map.groupBy(await fetchPieces(sql, selectPieces(ids, -2_147_483_648, 2_147_483_647)), ({ seriesId }) => seriesId);
      for (const { id, name } of portion) {
        const stored = upTo(merge((pieces.get(id) ?? []).map(decodePiece)), asOf[runId] ?? 0);
        pieces.delete(id);
        if (stored.steps.length > 0) yield { runId, name, points: stored };
      }
    }
  }
}

function upTo(points: StoredPoints, batch: number): StoredPoints {
  const kept: number[] = [];
  for (const [index, of] of points.batches.entries()) if (of <= batch) kept.push(index);
  return kept.length === points.batches.length ? points : pick(points, kept);
}

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
