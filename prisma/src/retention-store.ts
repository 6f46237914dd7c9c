// Owns: retention policies of projects and runs, and the record of what they took. Must not know: how points are taken.
import type { RetentionPolicy } from "@gradus/domain";
import type { Database, Sql } from "./database.ts";
import type { PruningRow } from "./rows.ts";

/** Null: points are kept as they are. */
export const setProjectRetention = (sql: Sql, id: string, policy: RetentionPolicy | null): Promise<unknown> =>
  sql`update "Project" set retention = ${policy === null ? null : sql.json(policy)}::jsonb where id = ${id}`;

/** Null: its project's. */
export const setRunRetention = (sql: Sql, id: string, policy: RetentionPolicy | null): Promise<unknown> =>
  sql`update "Run" set retention = ${policy === null ? null : sql.json(policy)}::jsonb where id = ${id}`;

export const readPruningsOfRuns = ({ prisma }: Database, runIds: readonly string[]): Promise<PruningRow[]> =>
  prisma.pruning.findMany({ where: { runId: { in: [...runIds] } }, orderBy: [{ at: "asc" }, { id: "asc" }] });
