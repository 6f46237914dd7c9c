// Owns: holding rules against the time that has passed: points that do not come, attempts that fail. The database's clock decides.
// Must not know: webhooks, who looks.
import { ATTEMPTS_FOR_A_RATE, conditionWords, rateWords } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import type { AlertRuleRow } from "../rows.ts";
import { inRun } from "../training/run-transaction.ts";
import { alertsOf } from "./alert-transaction.ts";

interface Judged {
  readonly runId: string;
  /** Why the rule holds, null where it does not. */
  readonly why: string | null;
  readonly isOpen: boolean;
}

/** Opens and resolves what has changed. Returns how many alerts that were. */
export async function judgeTime(sql: Sql, rule: AlertRuleRow): Promise<number> {
  let changed = 0;
  for (const { runId } of (await judge(sql, rule, null)).filter(differs)) {
    await inRun(sql, runId, null, async (tx, emit) => {
      // Looked at again under the run's row: a point may have come since.
      const [judged] = (await judge(tx, rule, runId)).filter(differs);
      if (judged === undefined) return;
      const alerts = await alertsOf(tx, emit, rule, runId);
      const open = alerts.open.get(null);
      if (judged.why !== null) await alerts.openAlert({ metric: null, step: null, value: null, message: judged.why });
      else if (open !== undefined)
        await alerts.resolveAlert(
          open,
          rule.kind === "NO_NEW_POINT" ? "points come, or the run waits or is over" : "it is below, or the run waits or is over",
        );
      changed++;
    });
  }
  return changed;
}

const differs = ({ why, isOpen }: Judged): boolean => (why !== null) !== isOpen;

const judge = (sql: Sql | Transaction, rule: AlertRuleRow, runId: string | null): Promise<Judged[]> =>
  rule.kind === "NO_NEW_POINT" ? judgeSilence(sql, rule, runId) : judgeErrors(sql, rule, runId);

/** When the last point of the metric was committed, else when the run began. Runs that wait or are over are silent by right. */
async function judgeSilence(sql: Sql | Transaction, rule: AlertRuleRow, runId: string | null): Promise<Judged[]> {
  const rows = await sql<{ runId: string; silent: boolean; isOpen: boolean }[]>`
    select r.id as "runId", r.status = 'RUNNING' and coalesce(last.at, r."startedAt", r."createdAt") < now() - make_interval(secs => ${(rule.minutes ?? 0) * 60}) as silent,
      open.id is not null as "isOpen"
    from "Run" r join "Experiment" e on e.id = r."experimentId"
      left join "Alert" open on open."ruleId" = ${rule.id} and open."runId" = r.id and open."openKey" is not null
      left join lateral (
        select b.recorded_at::timestamp as at from metrics.batch b where b.run_id = r.id and b.points > 0
          and (${rule.metric}::text is null or b.ordinal = (
            select greatest((select max(batch) from metrics.point where series_id = s.id), (select max(last_batch) from metrics.chunk where series_id = s.id))
            from metrics.series s where s.run_id = r.id and s.name = ${rule.metric}))
        order by b.ordinal desc limit 1) last on true
    where e."projectId" = ${rule.projectId} and (${rule.experimentId}::text is null or e.id = ${rule.experimentId}) and (${runId}::text is null or r.id = ${runId})
      and (open.id is not null or (r.status = 'RUNNING' and r."deletedAt" is null and e."deletedAt" is null))`;
  return rows.map(({ silent, ...row }) => ({ ...row, why: silent ? conditionWords(rule) : null }));
}

async function judgeErrors(sql: Sql | Transaction, rule: AlertRuleRow, runId: string | null): Promise<Judged[]> {
  const rows = await sql<{ runId: string; isRunning: boolean; attempts: number; failed: number; isOpen: boolean }[]>`
    select r.id as "runId", r.status = 'RUNNING' as "isRunning", ended.attempts, ended.failed, open.id is not null as "isOpen"
    from "Run" r join "Experiment" e on e.id = r."experimentId"
      left join "Alert" open on open."ruleId" = ${rule.id} and open."runId" = r.id and open."openKey" is not null
      cross join lateral (
        select count(*)::int as attempts, (count(*) filter (where outcome in ('FAILED', 'LOST')))::int as failed from "StageExecution"
        where "runId" = r.id and "endedAt" > now() - make_interval(secs => ${(rule.minutes ?? 0) * 60})) ended
    where e."projectId" = ${rule.projectId} and (${rule.experimentId}::text is null or e.id = ${rule.experimentId}) and (${runId}::text is null or r.id = ${runId})
      and (open.id is not null or (r.status = 'RUNNING' and r."deletedAt" is null and e."deletedAt" is null))`;
  return rows.map(({ runId: of, isRunning, attempts, failed, isOpen }) => {
    const threshold = (isOpen ? rule.clearThreshold : null) ?? rule.threshold ?? 1;
    const holds = isRunning && attempts >= ATTEMPTS_FOR_A_RATE && failed / attempts >= threshold;
    return { runId: of, isOpen, why: holds ? rateWords(failed, attempts, rule.minutes ?? 0) : null };
  });
}
