// Owns: reading metric points as buckets, names and last values. Must not know: cursors, GraphQL.
import type { Database } from "../database.ts";
import type { Ask } from "./page-reader.ts";

export interface MetricBucketRow {
  readonly runId: string;
  readonly name: string;
  readonly fromStep: number;
  readonly toStep: number;
  /** Over finite values; null where there is none. */
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly count: number;
  readonly nonFinite: number;
  /** Value of the last step. */
  readonly last: number;
}

export interface SeriesRange {
  readonly maxPoints: number;
  /** A width for all series, a power of two; absent: each has the finest that `maxPoints` allows. */
  readonly bucketSteps?: number | undefined;
  readonly fromStep?: number | null | undefined;
  readonly toStep?: number | null | undefined;
}

export interface MetricSeriesRows {
  readonly runId: string;
  readonly name: string;
  /** A power of two: buckets begin at its multiples, so they do not move when a run grows. */
  readonly bucketSteps: number;
  readonly buckets: readonly MetricBucketRow[];
}

/** One series for each run and name that has points in the range, each with the finest buckets that are not more than `maxPoints`. */
export async function readMetricSeries(
  { sql }: Database,
  runIds: readonly string[],
  names: readonly string[],
  { maxPoints, bucketSteps: fixed, fromStep, toStep }: SeriesRange,
): Promise<MetricSeriesRows[]> {
  const [low, high] = [fromStep ?? -2_147_483_648, toStep ?? 2_147_483_647];
  const rows = await sql<(MetricBucketRow & { bucketSteps: number })[]>`
    with point as (
      select run_id, name, step, value, value between '-1.7976931348623157e308' and '1.7976931348623157e308' as finite from metrics.point
      where run_id = any(${[...runIds]}::text[]) and name = any(${[...names]}::text[]) and step between ${low} and ${high}
    ), size as (
      select run_id, name, min(step) as low, max(step) as high from point group by run_id, name
    ), width as (
      -- Aligned buckets may be one more than the span divided by their width.
      select run_id, name, coalesce(${fixed ?? null}::bigint, (select 1::bigint << w from generate_series(0, 32) w where floor(high::numeric / (1::bigint << w)) - floor(low::numeric / (1::bigint << w)) < ${maxPoints} order by w limit 1)) as steps
      from size
    )
    select p.run_id as "runId", p.name, w.steps::float8 as "bucketSteps", min(step) as "fromStep", max(step) as "toStep",
      min(value) filter (where finite) as min, max(value) filter (where finite) as max, avg(value) filter (where finite) as mean,
      count(*)::int as count, count(*) filter (where not finite)::int as "nonFinite", (array_agg(value order by step desc))[1] as last
    from point p join width w using (run_id, name)
    group by p.run_id, p.name, w.steps, floor(step::numeric / w.steps) order by p.run_id, p.name, min(step)`;
  const series = new Map<string, { runId: string; name: string; bucketSteps: number; buckets: MetricBucketRow[] }>();
  for (const { bucketSteps, ...bucket } of rows) {
    const key = `${bucket.runId}\n${bucket.name}`;
    const one = series.get(key) ?? { runId: bucket.runId, name: bucket.name, bucketSteps, buckets: [] };
    one.buckets.push(bucket);
    series.set(key, one);
  }
  return [...series.values()];
}

export interface MetricNameRow {
  readonly runId: string;
  readonly name: string;
  readonly points: number;
  readonly lastStep: number;
  readonly lastValue: number;
}

/** A page of names for each run, in alphabetical order (by code point), with their last points. Key: name. */
export const readMetricNames = (
  { sql }: Database,
  runIds: readonly string[],
  contains: string,
  { after, limit }: Ask,
): Promise<MetricNameRow[]> =>
  sql<MetricNameRow[]>`
    select n.* from unnest(${[...runIds]}::text[]) as r(id) cross join lateral (
      select run_id as "runId", name, count(*)::int as points, max(step) as "lastStep", (array_agg(value order by step desc))[1] as "lastValue"
      from metrics.point where run_id = r.id and name collate "C" > ${after?.[0] ?? ""} and position(lower(${contains}) in lower(name)) > 0
      group by run_id, name order by name collate "C" limit ${limit}) n`;

/** The last point of each run and name. */
export const readLastPoints = (
  { sql }: Database,
  runIds: readonly string[],
  names: readonly string[],
): Promise<{ runId: string; name: string; step: number; value: number }[]> =>
  sql<{ runId: string; name: string; step: number; value: number }[]>`
    select distinct on (run_id, name) run_id as "runId", name, step, value from metrics.point
    where run_id = any(${[...runIds]}::text[]) and name = any(${[...names]}::text[]) order by run_id, name, step desc`;
