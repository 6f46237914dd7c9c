// Owns: which worker processes there are and when they were last heard of. Must not know: what they do.
import type { NodeRegistration, NodeReport } from "@gradus/domain";
import type { Sql } from "../database.ts";

/** Registers a node, or a new life of one. */
export async function registerNode(sql: Sql, node: NodeRegistration): Promise<void> {
  await sql`insert into "Node" (id, roles, "taskQueue", labels, capabilities)
    values (${node.id}, ${[...node.roles]}::text[]::"NodeRole"[], ${node.taskQueue}, ${sql.json(node.labels)}, ${sql.json(node.capabilities)})
    on conflict (id) do update set roles = excluded.roles, "taskQueue" = excluded."taskQueue", labels = excluded.labels,
      capabilities = excluded.capabilities, "startedAt" = now(), "lastSeenAt" = now(), "stoppedAt" = null, report = null`;
}

/** A heartbeat: the last report stays readable after the node has gone. */
export async function nodeSeen(sql: Sql, id: string, report: NodeReport): Promise<void> {
  await sql`update "Node" set "lastSeenAt" = now(), report = ${sql.json(report)} where id = ${id}`;
}

export async function nodeStopped(sql: Sql, id: string): Promise<void> {
  await sql`update "Node" set "stoppedAt" = now() where id = ${id}`;
}
