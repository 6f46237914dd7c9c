// Owns: holding rules against every point that was committed since they last looked, exactly once whoever looks. Must not know: clocks, webhooks.
import { judgePoint, pointWords, RunEvent } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import { readCurrent } from "../metrics/read-series.ts";
import type { AlertRuleRow } from "../rows.ts";
import { inRun } from "../training/run-transaction.ts";
import { alertsOf } from "./alert-transaction.ts";

/** Events that are read under the run's lock at once: its writers wait meanwhile. */
const EVENTS_AT_ONCE = 200;

/** Runs that have events which the rule has not read, at most `limit`. A rule reads what was committed after it was made. */
export async function runsToJudge(sql: Sql, rule: AlertRuleRow, limit = 200): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select r.id from "Run" r join "Experiment" e on e.id = r."experimentId"
      left join "AlertProgress" p on p."ruleId" = ${rule.id} and p."runId" = r.id
    where e."projectId" = ${rule.projectId} and (${rule.experimentId}::text is null or e.id = ${rule.experimentId})
      and r."deletedAt" is null and e."deletedAt" is null
      and r."streamPosition" > coalesce(p.position, 0)
      and (p.position is not null or r."finishedAt" is null or r."finishedAt" >= ${rule.createdAt}::timestamptz)
    order by r.id limit ${limit}`;
  return rows.map(({ id }) => id);
}

/**
 * Reads the run's next events for the rule. Where it stands moves in the transaction that opens and resolves alerts, under the run's row: of two
 * processes that judge at once the second finds nothing left.
 */
export const judgePoints = (sql: Sql, rule: AlertRuleRow, runId: string): Promise<void> =>
  inRun(sql, runId, null, async (tx, emit) => {
    const [now] = await tx<{ position: string | null; deleted: boolean; last: string }[]>`
      select p.position, rule."deletedAt" is not null as deleted, r."streamPosition" as last
      from "AlertRule" rule join "Run" r on r.id = ${runId} left join "AlertProgress" p on p."ruleId" = rule.id and p."runId" = r.id
      where rule.id = ${rule.id}`;
    if (now === undefined || now.deleted) return;
    const events = await tx<{ position: string; type: string; data: object }[]>`
      select position, type, data from "Event" where "runId" = ${runId} and type = 'METRICS_RECORDED' and position > ${now.position ?? "0"}::bigint
        and (${now.position !== null} or "createdAt" >= ${rule.createdAt}::timestamptz)
      order by position limit ${EVENTS_AT_ONCE}`;
    const alerts = await alertsOf(tx, emit, rule, runId);
    for (const { type, data } of events) {
      const event = RunEvent.parse({ type, ...data });
      if (event.type !== "METRICS_RECORDED") continue;
      for await (const [name, step, value] of pointsOf(tx, runId, event, rule.metric)) {
        const says = judgePoint(rule, name, value);
        if (says === null) continue;
        const open = alerts.open.get(name);
        if (open === undefined) {
          if (says === "CALLS") await alerts.openAlert({ metric: name, step, value, message: pointWords(name, step, value) });
          continue;
        }
        const calmPoints = says === "CLEARS" ? open.calmPoints + 1 : 0;
        if (calmPoints >= rule.clearPoints) await alerts.resolveAlert(open, pointWords(name, step, value));
        else alerts.noteCalm(open, calmPoints);
      }
    }
    await alerts.keepCalm();
    const reached = events.length < EVENTS_AT_ONCE ? now.last : (events.at(-1)?.position ?? now.last);
    await tx`insert into "AlertProgress" ("ruleId", "runId", position) values (${rule.id}, ${runId}, ${reached}::bigint)
      on conflict ("ruleId", "runId") do update set position = excluded.position`;
  });

type Recorded = Extract<RunEvent, { type: "METRICS_RECORDED" }>;

/** Every point of the batch: those that the event carries, and from the store those of which it names a range. */
async function* pointsOf(
  tx: Transaction,
  runId: string,
  { points, ranges = [] }: Recorded,
  metric: string | null,
): AsyncGenerator<[string, number, number]> {
  const ranged = new Set(ranges.map(([name]) => name));
  for (const [name, fromStep, toStep] of ranges) {
    if (metric !== null && metric !== name) continue;
    for (const series of await readCurrent(tx, { runIds: [runId], names: [name], fromStep, toStep }))
      for (const [at, step] of series.points.steps.entries()) yield [name, step, series.points.values[at] as number];
  }
  for (const [name, step, value] of points) if (!ranged.has(name)) yield [name, step, Number(value)];
}
