// Owns: reading what nodes said of their machines, folded into buckets of time, and when a node had a run's lease. Must not know: GraphQL.
import { readingAt } from "@gradus/domain";
import type { Sql } from "../database.ts";

/** A stretch of one node's time, in milliseconds of the epoch: from inclusive, to exclusive. */
export interface NodePeriod {
  readonly nodeId: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** One reading's buckets, column by column. Statistics are null in a bucket where the reading was never known. */
export interface TelemetrySeries {
  readonly name: string;
  readonly unit: string;
  /** Where each bucket begins, in milliseconds of the epoch: a multiple of the width. */
  readonly at: readonly number[];
  readonly min: readonly (number | null)[];
  readonly max: readonly (number | null)[];
  readonly mean: readonly (number | null)[];
  /** Readings that were known. */
  readonly count: readonly number[];
}

export interface AbsentStretch {
  readonly reading: string;
  readonly reason: string;
  readonly firstAt: Date;
  readonly lastAt: Date;
}

export interface TelemetryOfPeriod extends NodePeriod {
  readonly bucketMs: number;
  readonly series: readonly TelemetrySeries[];
  readonly absent: readonly AbsentStretch[];
}

/** As often as nodes report: finer buckets would hold nothing more. */
const FINEST_MS = 10_000;
const MOST_REASONS = 200;

/** Answers in the order of the periods; all share their buckets, of which a series has at most `maxPoints` over all that is stored of them. */
export async function readTelemetry(sql: Sql, periods: readonly NodePeriod[], maxPoints: number): Promise<TelemetryOfPeriod[]> {
  if (periods.length === 0) return [];
  const asked = sql.json(periods.map((period, place) => ({ ...period, place })));
  const [span] = await sql<{ low: number | null; high: number | null }[]>`
    select min(extract(epoch from low) * 1000)::float8 as low, max(extract(epoch from high) * 1000)::float8 as high
    from jsonb_to_recordset(${asked}::jsonb) as p("nodeId" text, "fromMs" float8, "toMs" float8), lateral (
      select min(at) as low, max(at) as high from "NodeTelemetry" t
      where t."nodeId" = p."nodeId" and at >= to_timestamp(p."fromMs" / 1000) and at < to_timestamp(p."toMs" / 1000)) found`;
  const bucketMs = span === undefined || span.low === null || span.high === null ? FINEST_MS : bucketWidth(span.low, span.high, maxPoints);
  const [buckets, reasons] = await Promise.all([
    sql<(Bucket & { readonly place: number })[]>`
      select p.place, r.reading::int - 1 as reading, floor(extract(epoch from t.at)::float8 * 1000 / ${bucketMs}::float8)::int as bucket,
        min(r.value) as min, max(r.value) as max, avg(r.value) as mean, count(r.value)::int as count
      from jsonb_to_recordset(${asked}::jsonb) as p(place int, "nodeId" text, "fromMs" float8, "toMs" float8)
        join "NodeTelemetry" t on t."nodeId" = p."nodeId" and t.at >= to_timestamp(p."fromMs" / 1000) and t.at < to_timestamp(p."toMs" / 1000),
        unnest(t.readings) with ordinality r(value, reading)
      group by 1, 2, 3 order by 1, 2, 3`,
    sql<(AbsentStretch & { readonly place: number })[]>`
      select p.place, r.key as reading, r.value as reason, min(t.at) as "firstAt", max(t.at) as "lastAt"
      from jsonb_to_recordset(${asked}::jsonb) as p(place int, "nodeId" text, "fromMs" float8, "toMs" float8)
        join "NodeTelemetry" t on t."nodeId" = p."nodeId" and t.at >= to_timestamp(p."fromMs" / 1000) and t.at < to_timestamp(p."toMs" / 1000),
        jsonb_each_text(t.absent) r
      group by 1, 2, 3 order by 1, 2, 4 limit ${MOST_REASONS}`,
  ]);
  const byPlace = Map.groupBy(buckets, ({ place }) => place);
  return periods.map((period, place) => ({
    ...period,
    bucketMs,
    series: toSeries(byPlace.get(place) ?? [], bucketMs),
    absent: reasons.filter((reason) => reason.place === place),
  }));
}

/** The least width of 10 s times a power of two under which times from `low` to `high` fall into at most `maxPoints` aligned buckets. */
export function bucketWidth(low: number, high: number, maxPoints: number): number {
  let width = FINEST_MS;
  while (Math.floor(high / width) - Math.floor(low / width) >= maxPoints) width *= 2;
  return width;
}

interface Bucket {
  readonly reading: number;
  /** Which multiple of the width. */
  readonly bucket: number;
  readonly min: number | null;
  readonly max: number | null;
  readonly mean: number | null;
  readonly count: number;
}

const toSeries = (buckets: readonly Bucket[], bucketMs: number): TelemetrySeries[] =>
  [...Map.groupBy(buckets, ({ reading }) => reading)].map(([reading, found]) => ({
    ...readingAt(reading),
    at: found.map(({ bucket }) => bucket * bucketMs),
    min: found.map(({ min }) => min),
    max: found.map(({ max }) => max),
    mean: found.map(({ mean }) => mean),
    count: found.map(({ count }) => count),
  }));

/**
 * When which node had the run's lease, the first first: from each grant to the next, or to the end of the run where that came before, or to
 * `nowMs`. A node that executes programs for a run has no lease of it.
 */
export async function readLeases(sql: Sql, runId: string, nowMs: number): Promise<NodePeriod[]> {
  return sql<NodePeriod[]>`
    with told as (
      select position, type, data->>'nodeId' as "nodeId", extract(epoch from "createdAt")::float8 * 1000 as ms from "Event"
      where "runId" = ${runId} and (type = 'LEASE_GRANTED'
        or type = 'STATUS_CHANGED' and data->>'status' in ('COMPLETED', 'FAILED', 'CANCELLED'))),
    stretches as (select *, lead(ms) over (order by position) as until from told)
    select "nodeId", ms as "fromMs", coalesce(until, ${nowMs}::float8) as "toMs" from stretches where type = 'LEASE_GRANTED' order by position`;
}
