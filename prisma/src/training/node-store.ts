// Owns: which worker processes there are, when they were last heard of and what they said of their machines. Must not know: what they do.
import { machineReadings, TELEMETRY_KEPT_MS } from "@gradus/domain";
import type { NodeRegistration, NodeReport } from "@gradus/domain";
import type { Sql } from "../database.ts";
import { EVENTS_CHANNEL } from "./run-transaction.ts";

/** What wakes readers of nodes; no run or experiment has such an id. */
export const NODES = "/nodes";

// Every change takes the next revision and holds its counter until it is committed: readers see revisions in order.

/** Registers a node, or a new life of one. */
export async function registerNode(sql: Sql, node: NodeRegistration): Promise<void> {
  await sql`with turn as (update "StoreEpoch" set "nodeRevision" = "nodeRevision" + 1 where id = 1 returning "nodeRevision" as revision),
    joined as (
      insert into "Node" (id, roles, "taskQueue", labels, capabilities, revision)
      select ${node.id}, ${[...node.roles]}::text[]::"NodeRole"[], ${node.taskQueue}, ${sql.json(node.labels)}, ${sql.json(node.capabilities)}, revision from turn
      on conflict (id) do update set roles = excluded.roles, "taskQueue" = excluded."taskQueue", labels = excluded.labels,
        capabilities = excluded.capabilities, "startedAt" = now(), "lastSeenAt" = now(), "stoppedAt" = null, "drainingSince" = null, report = null, revision = excluded.revision)
    select pg_notify(${EVENTS_CHANNEL}, ${NODES})`;
}

/** A heartbeat: the last report stays readable after the node has gone, and what it says of the machine is a row of its history. */
export async function nodeSeen(sql: Sql, id: string, report: NodeReport): Promise<void> {
  const { machine, sandbox } = report;
  const queueWaitMs = sandbox?.queueWaitMs ?? null;
  const unwaited = sandbox === null ? "the node has no sandbox" : "no execution ended in the last minute";
  const absent = { ...machine?.absent, ...(queueWaitMs === null && { queueWaitMs: unwaited }) };
  await sql`with turn as (update "StoreEpoch" set "nodeRevision" = "nodeRevision" + 1 where id = 1 returning "nodeRevision" as revision),
    seen as (
      update "Node" set "lastSeenAt" = now(), report = ${sql.json(report)}, revision = turn.revision from turn where id = ${id} returning id),
    kept as (
      insert into "NodeTelemetry" ("nodeId", readings, absent)
      select id, ${machine === null ? [] : machineReadings(machine, queueWaitMs)}::float8[], ${sql.json(absent)}::jsonb from seen
      where ${machine !== null} on conflict do nothing)
    select pg_notify(${EVENTS_CHANNEL}, ${NODES})`;
}

/** Takes away readings that are too old: how many. */
export async function dropOldTelemetry(sql: Sql, keptMs = TELEMETRY_KEPT_MS): Promise<number> {
  const { count } = await sql`delete from "NodeTelemetry" where at < now() - ${keptMs}::float8 * interval '1 millisecond'`;
  return count;
}

/** Begins or ends the draining of a node; the time of a draining that goes on stays. Whether there is such a node. */
export async function setNodeDraining(sql: Sql, id: string, isDraining: boolean): Promise<boolean> {
  const [found] = await sql<{ id: string }[]>`
    with turn as (update "StoreEpoch" set "nodeRevision" = "nodeRevision" + 1 where id = 1 returning "nodeRevision" as revision),
    changed as (
      update "Node" set "drainingSince" = case when ${isDraining} then coalesce("drainingSince", now()) end, revision = turn.revision
      from turn where id = ${id} returning id)
    select id, pg_notify(${EVENTS_CHANNEL}, ${NODES}) from changed`;
  return found !== undefined;
}

export async function nodeStopped(sql: Sql, id: string): Promise<void> {
  await sql`with turn as (update "StoreEpoch" set "nodeRevision" = "nodeRevision" + 1 where id = 1 returning "nodeRevision" as revision),
    stopped as (update "Node" set "stoppedAt" = now(), revision = turn.revision from turn where id = ${id})
    select pg_notify(${EVENTS_CHANNEL}, ${NODES})`;
}
