// Owns: rows of the audit log: begun before a change, ended after it, read backwards. Must not know: what changes there are.
import type { Database, Sql } from "../database.ts";
import type { AuditEntryRow } from "../rows.ts";

export type NewAuditEntry = Pick<AuditEntryRow, "who" | "keyId" | "projectId" | "what" | "target" | "requestId">;

/** Writes the row before the change, so that none is without one. Returns its id. */
export async function beginAudit(sql: Sql, { who, keyId, projectId, what, target, requestId }: NewAuditEntry): Promise<bigint> {
  const [row] = await sql<{ id: bigint | string }[]>`insert into "AuditEntry" (at, who, "keyId", "projectId", what, target, "requestId")
    values (now() at time zone 'UTC', ${who}, ${keyId}, ${projectId}, ${what}, ${target}, ${requestId}) returning id`;
  return BigInt(row?.id ?? 0);
}

/** `target`: known only now; null leaves what was written before. */
export async function endAudit(sql: Sql, id: bigint, ok: boolean, message: string | null, target: string | null = null): Promise<void> {
  await sql`update "AuditEntry" set ok = ${ok}, message = ${message}, target = coalesce(${target}, target) where id = ${String(id)}::bigint`;
}

/** The newest first. `project` null: of all. `before`: only older ones than this id. */
export const readAudit = (
  { prisma }: Database,
  { project, before, limit }: { readonly project: string | null; readonly before: bigint | null; readonly limit: number },
): Promise<AuditEntryRow[]> =>
  prisma.auditEntry.findMany({
    where: { ...(project === null ? {} : { projectId: project }), ...(before === null ? {} : { id: { lt: before } }) },
    orderBy: { id: "desc" },
    take: limit,
  });
