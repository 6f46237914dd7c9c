// Owns: reading alerts and what webhooks were told of them. Must not know: cursors, GraphQL.
import type { Database } from "../database.ts";
import type { Prisma } from "../generated/client.ts";
import type { AlertDeliveryRow, AlertRow } from "../rows.ts";
import { inRun } from "../training/run-transaction.ts";
import { readAlertRulesById } from "./alert-rule-store.ts";
import { alertsOf } from "./alert-transaction.ts";
import type { Ask } from "../reading/page-reader.ts";

export interface AlertFilter {
  readonly project?: string | null | undefined;
  readonly experimentId?: string | null | undefined;
  readonly runId?: string | null | undefined;
  readonly ruleId?: string | null | undefined;
  readonly isOpen?: boolean | null | undefined;
}

const where = ({ project, experimentId, runId, ruleId, isOpen }: AlertFilter): Prisma.AlertWhereInput => ({
  ...(project ? { rule: { projectId: project } } : {}),
  ...(experimentId ? { run: { experimentId } } : {}),
  ...(runId ? { runId } : {}),
  ...(ruleId ? { ruleId } : {}),
  ...(isOpen == null ? {} : { openKey: isOpen ? { not: null } : null }),
});

/** The newest first. Key: openedAt as ISO text, id. */
export const readAlerts = ({ prisma }: Database, filter: AlertFilter, { after, limit }: Ask): Promise<AlertRow[]> => {
  const at = new Date(after?.[0] ?? 0);
  const older = after === null ? {} : { OR: [{ openedAt: { lt: at } }, { openedAt: at, id: { lt: after[1] ?? "" } }] };
  return prisma.alert.findMany({ where: { AND: [where(filter), older] }, orderBy: [{ openedAt: "desc" }, { id: "desc" }], take: limit });
};

export const alertKey = ({ openedAt, id }: AlertRow): readonly string[] => [openedAt.toISOString(), id];

export const countAlerts = ({ prisma }: Database, filter: AlertFilter): Promise<number> => prisma.alert.count({ where: where(filter) });

export const readAlertsById = ({ prisma }: Database, ids: readonly string[]): Promise<AlertRow[]> =>
  prisma.alert.findMany({ where: { id: { in: [...ids] } } });

export const readOpenAlertsOfRuns = ({ prisma }: Database, runIds: readonly string[]): Promise<AlertRow[]> =>
  prisma.alert.findMany({ where: { runId: { in: [...runIds] }, openKey: { not: null } }, orderBy: [{ openedAt: "asc" }, { id: "asc" }] });

export const readDeliveriesOfAlerts = ({ prisma }: Database, alertIds: readonly string[]): Promise<AlertDeliveryRow[]> =>
  prisma.alertDelivery.findMany({ where: { alertId: { in: [...alertIds] } }, orderBy: [{ createdAt: "asc" }, { id: "asc" }] });

/** Ends an alert by hand. One that has ended stays as it is. */
export async function resolveByHand(db: Database, { id, ruleId, runId }: AlertRow, who: string): Promise<void> {
  const [rule] = await readAlertRulesById(db, [ruleId]);
  if (rule === undefined) return;
  await inRun(db.sql, runId, null, async (tx, emit) => {
    const alerts = await alertsOf(tx, emit, rule, runId);
    for (const open of alerts.open.values()) if (open.id === id) await alerts.resolveAlert(open, `resolved by ${who}`);
  });
}
