// Owns: where runs and experiments stand: in lists, archived, or deleted until a stated time. Must not know: GraphQL, who asks.
import type { Sql, Transaction } from "./database.ts";

export type Shelved = "Run" | "Experiment";

/** Leaves lists, stays readable. Archiving twice leaves the first time. */
export const archive = (sql: Sql, of: Shelved, id: string): Promise<unknown> =>
  of === "Run"
    ? sql`update "Run" set "archivedAt" = coalesce("archivedAt", now()) where id = ${id}`
    : sql`update "Experiment" set "archivedAt" = coalesce("archivedAt", now()) where id = ${id}`;

/** Into lists again, from the archive or from deletion. */
export const restore = (sql: Sql, of: Shelved, id: string): Promise<unknown> =>
  of === "Run"
    ? sql`update "Run" set "archivedAt" = null, "deletedAt" = null, "purgeAfter" = null where id = ${id}`
    : sql`update "Experiment" set "archivedAt" = null, "deletedAt" = null, "purgeAfter" = null where id = ${id}`;

/** Leaves lists and can be restored for `keepMs`; then the sweeper takes it away. Deleting twice leaves the first time. */
export const markDeleted = (sql: Sql, of: Shelved, id: string, keepMs: number): Promise<unknown> =>
  of === "Run"
    ? sql`update "Run" set "deletedAt" = now(), "purgeAfter" = now() + make_interval(secs => ${keepMs / 1_000}) where id = ${id} and "deletedAt" is null`
    : sql`update "Experiment" set "deletedAt" = now(), "purgeAfter" = now() + make_interval(secs => ${keepMs / 1_000}) where id = ${id} and "deletedAt" is null`;

/** Runs of the experiment that Gradus trains now: what still writes is not deleted. */
export async function trainingRunsOf(sql: Sql, experimentId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select id from "Run" where "experimentId" = ${experimentId} and not "isExternal" and status in ('RUNNING', 'PAUSED') order by id`;
  return rows.map(({ id }) => id);
}

export interface Edit {
  readonly name?: string | null | undefined;
  readonly notes?: string | null | undefined;
  readonly setTags: Readonly<Record<string, string>>;
  readonly removeTags: readonly string[];
}

export const edit = (sql: Sql, of: Shelved, id: string, { name, notes, setTags, removeTags }: Edit): Promise<unknown> =>
  of === "Run"
    ? sql`update "Run" set name = coalesce(${name ?? null}, name), notes = coalesce(${notes ?? null}, notes),
        tags = (tags - ${[...removeTags]}::text[]) || ${sql.json(setTags)}::jsonb where id = ${id}`
    : sql`update "Experiment" set name = coalesce(${name ?? null}, name), notes = coalesce(${notes ?? null}, notes),
        tags = (tags - ${[...removeTags]}::text[]) || ${sql.json(setTags)}::jsonb where id = ${id}`;

export interface Purged {
  readonly runs: number;
  readonly experiments: number;
  readonly points: number;
}

/**
 * Takes away what was deleted and whose time is over: rows, points and chunks; blobs that nothing points at any more are collected by control workers.
 * Each run goes in a transaction of its own, so a sweep that is killed goes on where it was, and two sweepers share the work.
 */
export async function purgeDeleted(sql: Sql, limit = 20): Promise<Purged> {
  let [runs, experiments, points] = [0, 0, 0];
  const due = await sql<{ id: string }[]>`
    select r.id from "Run" r join "Experiment" e on e.id = r."experimentId" where r."purgeAfter" < now() or e."purgeAfter" < now() order by r.id limit ${limit}`;
  for (const { id } of due) {
    const gone = await sql.begin((tx) => purgeRun(tx, id));
    if (gone === null) continue;
    runs++;
    points += gone;
  }
  const emptied = await sql<{ id: string }[]>`
    select id from "Experiment" e where "purgeAfter" < now() and not exists (select from "Run" where "experimentId" = e.id) order by id limit ${limit}`;
  for (const { id } of emptied) if (await sql.begin((tx) => purgeExperiment(tx, id))) experiments++;
  return { runs, experiments, points };
}

/** Points that went, or null where somebody restored it or takes it already. */
async function purgeRun(tx: Transaction, id: string): Promise<number | null> {
  const [locked] = await tx<{ experimentId: string }[]>`
    select r."experimentId" from "Run" r join "Experiment" e on e.id = r."experimentId"
    where r.id = ${id} and (r."purgeAfter" < now() or e."purgeAfter" < now()) for update of r, e skip locked`;
  if (locked === undefined) return null;
  const [counted] = await tx<{ points: number }[]>`
    with s as (select id from metrics.series where run_id = ${id}),
      p as (delete from metrics.point where series_id in (select id from s) returning 1),
      c as (delete from metrics.chunk where series_id in (select id from s) returning points)
    select ((select count(*) from p) + (select coalesce(sum(points), 0) from c))::float8 as points`;
  await tx`delete from metrics.last_point where run_id = ${id}`;
  await tx`delete from metrics.series where run_id = ${id}`;
  await tx`delete from metrics.batch where run_id = ${id}`;
  await tx`delete from metrics.session where run_id = ${id}`;
  await tx`delete from metrics.sample where run_id = ${id}`;
  await tx`delete from "Group" where "runId" = ${id} or scope in (select id from "Evaluation" where "runId" = ${id})`;
  await tx`delete from "StageExecution" where "runId" = ${id} or scope in (select id from "Evaluation" where "runId" = ${id})`;
  const hashes = await tx<{ hash: string }[]>`select distinct "checkpointHash" as hash from "PolicyVersion" where "runId" = ${id}`;
  // Whoever follows the experiment's events from before these would see a stream with holes.
  await tx`update "Experiment" set "streamFloor" = greatest("streamFloor",
      (select coalesce(max("globalPosition"), 0) from "Event" where "runId" = ${id})) where id = ${locked.experimentId}`;
  await tx`delete from "Run" where id = ${id}`;
  await tx`delete from "Checkpoint" c where "contentHash" = any(${hashes.map(({ hash }) => hash)}::text[])
    and not exists (select from "PolicyVersion" where "checkpointHash" = c."contentHash")`;
  return counted?.points ?? 0;
}

async function purgeExperiment(tx: Transaction, id: string): Promise<boolean> {
  const [locked] = await tx`select 1 from "Experiment" where id = ${id} and "purgeAfter" < now() for update skip locked`;
  if (locked === undefined) return false;
  await tx`delete from "Group" where scope in (select id from "Evaluation" where "experimentId" = ${id})
    or scope in (select scope from "StageExecution" where "experimentId" = ${id})`;
  await tx`delete from "StageExecution" where "experimentId" = ${id}`;
  await tx`delete from "Experiment" where id = ${id}`;
  return true;
}
