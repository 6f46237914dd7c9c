// Owns: reading logged samples and what a run's points take. Must not know: cursors, GraphQL.
import type { Database, Sql, Transaction } from "../database.ts";
import type { Ask } from "./page-reader.ts";

export interface SampleRow {
  readonly id: string;
  readonly runId: string;
  readonly name: string;
  readonly step: number;
  readonly kind: "TEXT" | "TABLE" | "HISTOGRAM";
  readonly body: unknown;
  readonly at: Date;
  readonly segment: number;
}

/** A page for each run, by name, step and id. Key: name, step, id. */
export const readSamples = (
  { sql }: Database,
  runIds: readonly string[],
  name: string | null,
  { after, limit }: Ask,
): Promise<SampleRow[]> =>
  sql<SampleRow[]>`
    select s.* from unnest(${[...runIds]}::text[]) as r(id) cross join lateral (
      select id::text, run_id as "runId", name, step, kind, body, at, segment from metrics.sample
      where run_id = r.id and (${name}::text is null or name = ${name}) and (name, step, id) > (${after?.[0] ?? ""}, ${Number(after?.[1] ?? -2_147_483_648)}::int, ${after?.[2] ?? "0"}::bigint)
      order by name, step, id limit ${limit}) s`;

export interface MetricStorageRow {
  readonly runId: string;
  readonly names: number;
  readonly points: string;
  readonly rows: string;
  readonly chunks: number;
  readonly bytes: string;
  readonly batches: string;
}

/** Bytes of a row of metrics.point: its columns. */
const ROW_BYTES = 40;

export const readMetricStorage = ({ sql }: { readonly sql: Sql | Transaction }, runIds: readonly string[]): Promise<MetricStorageRow[]> =>
  sql<MetricStorageRow[]>`
    select r.id as "runId", (select count(*)::int from metrics.series where run_id = r.id) as names, p.n + c.points as points, p.n as rows, c.n::int as chunks,
      p.n * ${ROW_BYTES}::bigint + c.bytes as bytes, (select count(*) from metrics.batch where run_id = r.id) as batches
    from unnest(${[...runIds]}::text[]) as r(id)
    cross join lateral (select count(*) as n from metrics.point join metrics.series s on s.id = series_id where s.run_id = r.id) p
    cross join lateral (
      select count(*) as n, coalesce(sum(points), 0)::bigint as points, coalesce(sum(length(steps) + length(vals) + length(times) + length(batches) + coalesce(length(folds), 0)), 0)::bigint as bytes
      from metrics.chunk join metrics.series s on s.id = series_id where s.run_id = r.id) c`;
