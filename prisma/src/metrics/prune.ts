// Owns: thinning or dropping the points of old runs as their retention policy says, on record. Must not know: who asks for it, when.
import { randomUUID } from "node:crypto";
import { pointsToKeep, RetentionPolicy } from "@gradus/domain";
import type { Database, Sql, Transaction } from "../database.ts";
import { numberEvents } from "../reading/event-reader.ts";
import { readMetricStorage } from "../reading/sample-reader.ts";
import type { MetricStorageRow } from "../reading/sample-reader.ts";
import { inRun } from "../training/run-transaction.ts";
import { CopyRows } from "./copy-rows.ts";
import { findLastPoints } from "./last-points.ts";
import { readCurrent } from "./read-series.ts";
import { pick } from "./series-points.ts";
import { COPY_CHUNKS, writeChunks } from "./write-chunks.ts";

/** Runs whose policy's time has come: nothing came for so long, Gradus does not train them, and the same policy has not been applied since. */
async function due(sql: Sql | Transaction, runId: string | null, limit: number): Promise<{ id: string; policy: unknown }[]> {
  return sql<{ id: string; policy: unknown }[]>`
    select r.id, p.policy from "Run" r join "Experiment" e on e.id = r."experimentId" join "Project" o on o.id = e."projectId"
      cross join lateral (select coalesce(r.retention, o.retention) as policy) p
      cross join lateral (select max(recorded_at) as at from metrics.batch where run_id = r.id and points > 0) last
    where (${runId}::text is null or r.id = ${runId}) and p.policy ->> 'afterDays' is not null
      and (r."isExternal" or r.status not in ('QUEUED', 'RUNNING', 'PAUSED'))
      and last.at < now() - make_interval(secs => (p.policy ->> 'afterDays')::float8 * 86400)
      and not exists (select from "Pruning" done where done."runId" = r.id and done.policy = p.policy and done.at > last.at)
    order by r.id limit ${limit}`;
}

export const runsToPrune = async (sql: Sql, limit = 20): Promise<string[]> => (await due(sql, null, limit)).map(({ id }) => id);

/**
 * Applies the run's policy in one transaction with the record of it. Superseded points go; of the current ones those stay that the policy keeps. The
 * events that carried points go too: cursors from before them and exports as of an earlier moment are refused from then on.
 * @returns whether it was still due
 */
export async function pruneRun(db: Database, runId: string): Promise<boolean> {
  // What has no place among all runs' events yet gets one: streams across runs then know how far they have a hole.
  await numberEvents(db.sql);
  return inRun(db.sql, runId, null, async (tx) => {
    const [row] = await due(tx, runId, 1);
    if (row === undefined) return false;
    const policy = RetentionPolicy.parse(row.policy);
    const before = await storageOf(tx, runId);
    // Compaction takes these rows too.
    const series = await tx<
      { id: string; name: string }[]
    >`select id::text, name from metrics.series where run_id = ${runId} order by id for update`;
    for (const { id, name } of series) await thin(tx, runId, id, name, policy.keepEverySteps);
    await findLastPoints(tx, runId);
    const after = await storageOf(tx, runId);
    await tx`insert into "Pruning" (id, "runId", policy, "pointsBefore", "pointsAfter", "bytesBefore", "bytesAfter") values
      (${randomUUID()}, ${runId}, ${tx.json(policy)}, ${before.points}, ${after.points}, ${before.bytes}, ${after.bytes})`;
    await tx`insert into metrics.batch (run_id, ordinal, key, segment, points)
      select ${runId}, coalesce(max(ordinal), 0) + 1, ${`${PRUNED}${randomUUID()}`}, 0, 0 from metrics.batch where run_id = ${runId}`;
    await tx`with gone as (delete from "Event" where "runId" = ${runId} and type = 'METRICS_RECORDED' returning position, "globalPosition"),
        of_run as (update "Run" set "streamFloor" = greatest("streamFloor", (select coalesce(max(position), 0) from gone)) where id = ${runId} returning "experimentId")
      update "Experiment" set "streamFloor" = greatest("streamFloor", (select coalesce(max("globalPosition"), 0) from gone)) where id = (select "experimentId" from of_run)`;
    return true;
  });
}

/** Begins the key of the batch that stands for a pruning: batches from before it are not what they were. */
const PRUNED = "pruned/";

/** Runs of which the store no longer has what it had at these ordinals. */
export async function prunedSince(sql: Sql, asOf: Readonly<Record<string, number>>): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select distinct b.run_id as id from jsonb_each_text(${sql.json(asOf)}::jsonb) a join metrics.batch b on b.run_id = a.key
    where b.key like ${`${PRUNED}%`} and b.ordinal > a.value::bigint order by 1`;
  return rows.map(({ id }) => id);
}

async function thin(tx: Transaction, runId: string, seriesId: string, name: string, everySteps: number | null): Promise<void> {
  const [read] = everySteps === null ? [] : await readCurrent(tx, { runIds: [runId], names: [name] });
  await tx`delete from metrics.point where series_id = ${seriesId}::bigint`;
  await tx`delete from metrics.chunk where series_id = ${seriesId}::bigint`;
  if (read === undefined || everySteps === null) return;
  const kept = pick(read.points, pointsToKeep(read.points.steps, read.points.values, everySteps));
  const rows = new CopyRows();
  writeChunks(rows, seriesId, kept);
  await tx.copyIn(COPY_CHUNKS, rows.finish());
}

async function storageOf(tx: Transaction, runId: string): Promise<Pick<MetricStorageRow, "points" | "bytes">> {
  const [row] = await readMetricStorage({ sql: tx }, [runId]);
  return row ?? { points: "0", bytes: "0" };
}
