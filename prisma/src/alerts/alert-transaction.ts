// Owns: opening and resolving alerts of one rule and one run, with their events and what a webhook is to be told, in the run's transaction.
// Must not know: when a rule holds.
import { randomUUID } from "node:crypto";
import type { Transaction } from "../database.ts";
import type { AlertRuleRow } from "../rows.ts";
import type { Emit } from "../training/run-transaction.ts";

export interface OpenAlert {
  readonly id: string;
  readonly metric: string | null;
  readonly muted: boolean;
  /** Points in a row that did not call for it. */
  readonly calmPoints: number;
}

export interface Opening {
  readonly metric: string | null;
  readonly step: number | null;
  readonly value: number | null;
  readonly message: string;
}

/** The caller holds the run's row. */
export interface AlertTransaction {
  /** Open alerts by metric; null is the rule's one alert that is of no metric. */
  readonly open: ReadonlyMap<string | null, OpenAlert>;
  openAlert(opening: Opening): Promise<void>;
  resolveAlert(alert: OpenAlert, resolution: string): Promise<void>;
  /** Notes how many points in a row did not call for the alert; `keepCalm` stores what was noted. */
  noteCalm(alert: OpenAlert, calmPoints: number): void;
  keepCalm(): Promise<void>;
}

export async function alertsOf(tx: Transaction, emit: Emit, rule: AlertRuleRow, runId: string): Promise<AlertTransaction> {
  const rows = await tx<OpenAlert[]>`
    select id, metric, muted, "calmPoints" from "Alert" where "ruleId" = ${rule.id} and "runId" = ${runId} and "openKey" is not null`;
  const open = new Map(rows.map((row) => [row.metric, row]));
  const calm = new Set<string | null>();
  const tell = async (type: string, alert: OpenAlert): Promise<void> => {
    if (rule.webhookUrl === null || alert.muted) return;
    await tx`insert into "AlertDelivery" (id, "alertId", type, "nextAttemptAt") values (${randomUUID()}, ${alert.id}, ${type}, now())`;
  };
  return {
    open,
    async openAlert({ metric, step, value, message }) {
      // Whether it is muted is read here: the rule was read before others were looked at, and may have been unmuted since.
      const id = randomUUID();
      const key = JSON.stringify([rule.id, runId, metric]);
      const [made] = await tx<{ muted: boolean }[]>`
        insert into "Alert" (id, "ruleId", "runId", "openKey", metric, step, value, message, muted)
        select ${id}, ${rule.id}, ${runId}, ${key}, ${metric}, ${step}::int, ${value}::float8, ${message},
          coalesce((select "mutedUntil" at time zone 'UTC' > now() from "AlertRule" where id = ${rule.id}), false)
        on conflict ("openKey") do nothing returning muted`;
      if (made === undefined) return;
      const alert = { id, metric, muted: made.muted, calmPoints: 0 };
      open.set(metric, alert);
      emit({ type: "ALERT_OPENED", alertId: id, ruleId: rule.id, rule: rule.name, message });
      await tell("alert.opened", alert);
    },
    async resolveAlert(alert, resolution) {
      open.delete(alert.metric);
      const changed = await tx`update "Alert" set "openKey" = null, "resolvedAt" = now(), resolution = ${resolution}
        where id = ${alert.id} and "openKey" is not null`;
      if (changed.count === 0) return;
      emit({ type: "ALERT_RESOLVED", alertId: alert.id, ruleId: rule.id, rule: rule.name, message: resolution });
      await tell("alert.resolved", alert);
    },
    noteCalm(alert, calmPoints) {
      if (alert.calmPoints === calmPoints) return;
      open.set(alert.metric, { ...alert, calmPoints });
      calm.add(alert.metric);
    },
    async keepCalm() {
      const noted = [...calm].flatMap((metric) => open.get(metric) ?? []).map(({ id, calmPoints }) => ({ id, calmPoints }));
      if (noted.length === 0) return;
      await tx`update "Alert" set "calmPoints" = r."calmPoints"
        from jsonb_to_recordset(${tx.json(noted)}) as r(id text, "calmPoints" int) where "Alert".id = r.id`;
    },
  };
}
