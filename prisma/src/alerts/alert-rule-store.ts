// Owns: rows of alert rules: made, muted, deleted, listed. Must not know: how rules are looked at, GraphQL.
import type { Database } from "../database.ts";
import type { AlertRuleRow } from "../rows.ts";

export type NewAlertRule = Omit<AlertRuleRow, "createdAt" | "deletedAt" | "mutedUntil">;

export const insertAlertRule = ({ prisma }: Database, rule: NewAlertRule): Promise<AlertRuleRow> => prisma.alertRule.create({ data: rule });

/** Deleted ones too. */
export const readAlertRulesById = ({ prisma }: Database, ids: readonly string[]): Promise<AlertRuleRow[]> =>
  prisma.alertRule.findMany({ where: { id: { in: [...ids] } } });

export interface AlertRuleFilter {
  readonly project?: string | null | undefined;
  /** Rules of the experiment alone; those of its project hold of it too and are not among these. */
  readonly experimentId?: string | null | undefined;
}

/** Those that still watch, by name. */
export const readAlertRules = ({ prisma }: Database, { project, experimentId }: AlertRuleFilter): Promise<AlertRuleRow[]> =>
  prisma.alertRule.findMany({
    where: { deletedAt: null, ...(project ? { projectId: project } : {}), ...(experimentId ? { experimentId } : {}) },
    orderBy: [{ name: "asc" }, { id: "asc" }],
  });

export const setMutedUntil = ({ prisma }: Database, id: string, mutedUntil: Date | null): Promise<AlertRuleRow> =>
  prisma.alertRule.update({ where: { id }, data: { mutedUntil } });

/** The rule watches no more; its open alerts are resolved, what is still to be told of them is not told. Deleting twice leaves the first time. */
export async function deleteAlertRule({ prisma, sql }: Database, id: string): Promise<AlertRuleRow> {
  await sql.begin(async (tx) => {
    const gone = await tx`update "AlertRule" set "deletedAt" = now() where id = ${id} and "deletedAt" is null`;
    if (gone.count === 0) return;
    await tx`update "Alert" set "openKey" = null, "resolvedAt" = now(), resolution = 'its rule was deleted' where "ruleId" = ${id} and "openKey" is not null`;
    await tx`update "AlertDelivery" d set "nextAttemptAt" = null from "Alert" a where a.id = d."alertId" and a."ruleId" = ${id}`;
  });
  return prisma.alertRule.findUniqueOrThrow({ where: { id } });
}
