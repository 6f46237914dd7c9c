// Owns: which worker processes there are and when they were last heard of. Must not know: what they do.
import type { NodeRegistration } from "@gradus/domain";
import type { Sql } from "../database.ts";

/** Registers a node, or a new life of one. */
export async function registerNode(sql: Sql, node: NodeRegistration): Promise<void> {
  await sql`insert into "Node" (id, roles, "taskQueue", labels, capabilities)
    values (${node.id}, ${[...node.roles]}::text[]::"NodeRole"[], ${node.taskQueue}, ${sql.json(node.labels)}, ${sql.json(node.capabilities)})
    on conflict (id) do update set roles = excluded.roles, "taskQueue" = excluded."taskQueue", labels = excluded.labels,
      capabilities = excluded.capabilities, "startedAt" = now(), "lastSeenAt" = now(), "stoppedAt" = null`;
}

export async function nodeSeen(sql: Sql, id: string): Promise<void> {
  await sql`update "Node" set "lastSeenAt" = now() where id = ${id}`;
}

export async function nodeStopped(sql: Sql, id: string): Promise<void> {
  await sql`update "Node" set "stoppedAt" = now() where id = ${id}`;
}
