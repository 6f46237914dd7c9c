// Owns: which worker processes there are and when they were last heard of. Must not know: what they do.
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
        capabilities = excluded.capabilities, "startedAt" = now(), "lastSeenAt" = now(), "stoppedAt" = null, report = null, revision = excluded.revision)
    select pg_notify(${EVENTS_CHANNEL}, ${NODES})`;
}

/** A heartbeat: the last report stays readable after the node has gone. */
export async function nodeSeen(sql: Sql, id: string, report: NodeReport): Promise<void> {
  await sql`with turn as (update "StoreEpoch" set "nodeRevision" = "nodeRevision" + 1 where id = 1 returning "nodeRevision" as revision),
    seen as (update "Node" set "lastSeenAt" = now(), report = ${sql.json(report)}, revision = turn.revision from turn where id = ${id})
    select pg_notify(${EVENTS_CHANNEL}, ${NODES})`;
}

export async function nodeStopped(sql: Sql, id: string): Promise<void> {
  await sql`with turn as (update "StoreEpoch" set "nodeRevision" = "nodeRevision" + 1 where id = 1 returning "nodeRevision" as revision),
    stopped as (update "Node" set "stoppedAt" = now(), revision = turn.revision from turn where id = ${id})
    select pg_notify(${EVENTS_CHANNEL}, ${NODES})`;
}
