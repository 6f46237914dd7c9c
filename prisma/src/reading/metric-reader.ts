// Owns: reading metric points as buckets, names and last values. Must not know: cursors, GraphQL.
import type { Database, Sql } from "../database.ts";
import { placeByClock, placeByMetric } from "../metrics/axis.ts";
import type { MetricAxis, PlacedPoints } from "../metrics/axis.ts";
import { extentOf, finestWidth, foldBuckets } from "../metrics/buckets.ts";
import type { BucketColumns } from "../metrics/buckets.ts";
import { HIGHEST, LOWEST, joinValues, readCurrent, readCurrentValues, readFolded } from "../metrics/read-series.ts";
import type { CurrentPieces, SeriesToRead } from "../metrics/read-series.ts";
import { within } from "../metrics/series-points.ts";
import type { Ask } from "./page-reader.ts";

export interface SeriesRange {
  readonly maxPoints: number;
  /** A width for all series, a power of two; absent: each has the finest that `maxPoints` allows. */
  readonly bucketWidth?: number | undefined;
  readonly fromStep?: number | null | undefined;
  readonly toStep?: number | null | undefined;
  /** Absent: steps. */
  readonly over?: MetricAxis | undefined;
  /** Places on the axis, both inclusive. */
  readonly from?: number | null | undefined;
  readonly to?: number | null | undefined;
}

export interface MetricSeriesRows {
  readonly runId: string;
  readonly name: string;
  /** In units of the axis, a power of two: buckets begin at its multiples, so they do not move when a run grows. */
  readonly bucketWidth: number;
  readonly buckets: BucketColumns;
}

/** One series for each run and name that has points in the range, each with the finest buckets that are not more than `maxPoints`. */
export async function readMetricSeries(
  { sql }: Database,
  runIds: readonly string[],
  names: readonly string[],
  range: SeriesRange,
): Promise<MetricSeriesRows[]> {
  const { maxPoints, over } = range;
  const series = over === undefined ? await readOverSteps(sql, runIds, names, range) : await readPlaced(sql, runIds, names, over, range);
  return series.map(({ runId, name, pieces }) => {
    const width = range.bucketWidth ?? finestWidth(...extentOf(pieces), maxPoints, over === undefined ? 1 : 0);
    return { runId, name, bucketWidth: width, buckets: foldBuckets(pieces, width) };
  });
}

const readOverSteps = (sql: Sql, runIds: readonly string[], names: readonly string[], range: SeriesRange): Promise<CurrentPieces[]> =>
  readFolded(
    sql,
    {
      runIds,
      names,
      fromStep: Math.max(range.fromStep ?? LOWEST, Math.ceil(range.from ?? LOWEST)),
      toStep: Math.min(range.toStep ?? HIGHEST, Math.floor(range.to ?? HIGHEST)),
    },
    range.bucketWidth === undefined ? { maxPoints: range.maxPoints } : { width: range.bucketWidth },
  );

async function readPlaced(
  sql: Sql,
  runIds: readonly string[],
  names: readonly string[],
  over: MetricAxis,
  { fromStep, toStep, from, to }: SeriesRange,
): Promise<CurrentPieces[]> {
  const wanted = { runIds, names, fromStep, toStep };
  const placed =
    "metric" in over
      ? await readOverMetric(sql, wanted, over.metric)
      : await readOverClock(sql, wanted, over.clock === "RUN" ? await readBeginnings(sql, runIds) : new Map());
  return placed.flatMap(({ runId, name, points }) => {
    const inRange = within(points, points.places, from ?? -Infinity, to ?? Infinity);
    return inRange.steps.length === 0 ? [] : [{ runId, name, pieces: [inRange] }];
  });
}

interface Placed {
  readonly runId: string;
  readonly name: string;
  readonly points: PlacedPoints;
}

async function readOverMetric(sql: Sql, wanted: SeriesToRead, metric: string): Promise<Placed[]> {
  // From the beginning: a step before the first that is asked for may have said last where the axis stands.
  const axisWanted = { runIds: wanted.runIds, names: [metric], toStep: wanted.toStep };
  const [axes, series] = await Promise.all([readCurrentValues(sql, axisWanted), readCurrentValues(sql, wanted)]);
  const axisOf = new Map(axes.map(({ runId, pieces }) => [runId, joinValues(pieces)]));
  return series.flatMap(({ runId, name, pieces }) => {
    const axis = axisOf.get(runId);
    return axis === undefined ? [] : [{ runId, name, points: placeByMetric(joinValues(pieces), axis) }];
  });
}

const readOverClock = async (sql: Sql, wanted: SeriesToRead, beginnings: ReadonlyMap<string, number>): Promise<Placed[]> =>
  (await readCurrent(sql, wanted)).map(({ runId, name, points }) => ({
    runId,
    name,
    points: placeByClock(points, beginnings.get(runId) ?? 0),
  }));

/** Milliseconds since 1970 at which each run began. */
async function readBeginnings(sql: Sql, runIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const rows = await sql<{ id: string; began: Date }[]>`
    select id, coalesce("startedAt", "createdAt") as began from "Run" where id = any(${[...runIds]}::text[])`;
  return new Map(rows.map(({ id, began }) => [id, began.getTime()]));
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
