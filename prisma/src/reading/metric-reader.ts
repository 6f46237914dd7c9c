// Owns: reading metric points as buckets, names and last values. Must not know: cursors, GraphQL.
import type { Database } from "../database.ts";
import { finestWidth, foldBuckets } from "../metrics/buckets.ts";
import type { BucketColumns } from "../metrics/buckets.ts";
import { readCurrentValues } from "../metrics/read-series.ts";
import type { Ask } from "./page-reader.ts";

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
  readonly buckets: BucketColumns;
}

/** One series for each run and name that has points in the range, each with the finest buckets that are not more than `maxPoints`. */
export async function readMetricSeries(
  { sql }: Database,
  runIds: readonly string[],
  names: readonly string[],
  { maxPoints, bucketSteps, fromStep, toStep }: SeriesRange,
): Promise<MetricSeriesRows[]> {
  return (await readCurrentValues(sql, { runIds, names, fromStep, toStep })).map(({ runId, name, steps, values }) => {
    const width = bucketSteps ?? finestWidth(steps[0] ?? 0, steps.at(-1) ?? 0, maxPoints);
    return { runId, name, bucketSteps: width, buckets: foldBuckets({ steps, values }, width) };
  });
}

export interface MetricNameRow {
  readonly runId: string;
  readonly name: string;
  /** Stored points, superseded ones included. */
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
    select s.run_id as "runId", s.name, (
        (select coalesce(sum(points), 0) from metrics.chunk where series_id = s.id) + (select count(*) from metrics.point where series_id = s.id)
      )::int as points, l.step as "lastStep", l.value as "lastValue"
    from unnest(${[...runIds]}::text[]) as r(id) cross join lateral (
      select id, run_id, name from metrics.series
      where run_id = r.id and name > ${after?.[0] ?? ""} and (${contains} = '' or position(lower(${contains}) in lower(name)) > 0)
      order by name limit ${limit}) s
    join metrics.last_point l on l.run_id = s.run_id and l.name = s.name
    order by s.run_id, s.name`;

/** The last point of each run and name. */
export const readLastPoints = (
  { sql }: Database,
  runIds: readonly string[],
  names: readonly string[],
): Promise<{ runId: string; name: string; step: number; value: number }[]> =>
  sql<{ runId: string; name: string; step: number; value: number }[]>`
    select run_id as "runId", name, step, value from metrics.last_point
    where run_id = any(${[...runIds]}::text[]) and name = any(${[...names]}::text[]) order by run_id, name`;
