// Owns: what webhooks are still to be told: taken by one process at a time, ended or tried again later. Must not know: HTTP.
import type { Sql } from "../database.ts";

export interface DueDelivery {
  /** The same at every try: receivers know by it what they have. */
  readonly id: string;
  readonly type: "alert.opened" | "alert.resolved";
  /** This try's number, from 1. */
  readonly attempt: number;
  readonly url: string;
  readonly secret: string;
  readonly rule: { readonly id: string; readonly name: string; readonly kind: string; readonly projectId: string };
  readonly alert: {
    readonly id: string;
    readonly runId: string;
    readonly experimentId: string;
    readonly metric: string | null;
    readonly step: number | null;
    /** Null where it is none or not finite: `message` says which. */
    readonly value: number | null;
    readonly message: string;
    readonly openedAt: Date;
    readonly resolvedAt: Date | null;
    readonly resolution: string | null;
  };
}

/**
 * Takes what is due, at most `limit`: for `leaseMs` nobody else does. Of one alert the end is told after the beginning has been, or was given up.
 */
export async function takeDeliveries(sql: Sql, leaseMs: number, limit = 20): Promise<DueDelivery[]> {
  const rows = await sql<{ json: Omit<DueDelivery, "alert"> & { alert: Record<string, unknown> } }[]>`
    with due as (
      select d.id from "AlertDelivery" d where d."nextAttemptAt" <= now()
        and (d.type = 'alert.opened'
          or not exists (select from "AlertDelivery" b where b."alertId" = d."alertId" and b.type = 'alert.opened' and b."nextAttemptAt" is not null))
      order by d."nextAttemptAt" for update skip locked limit ${limit}),
    taken as (
      update "AlertDelivery" d set attempts = attempts + 1, "nextAttemptAt" = now() + make_interval(secs => ${leaseMs / 1_000})
      from due where d.id = due.id returning d.id, d.type, d.attempts, d."alertId")
    select jsonb_build_object('id', t.id, 'type', t.type, 'attempt', t.attempts, 'url', rule."webhookUrl", 'secret', rule."webhookSecret",
      'rule', jsonb_build_object('id', rule.id, 'name', rule.name, 'kind', rule.kind, 'projectId', rule."projectId"),
      'alert', jsonb_build_object('id', a.id, 'runId', a."runId", 'experimentId', r."experimentId", 'metric', a.metric, 'step', a.step,
        'value', case when a.value in ('NaN', 'Infinity', '-Infinity') then null else a.value end, 'message', a.message,
        'openedAt', a."openedAt" at time zone 'UTC', 'resolvedAt', a."resolvedAt" at time zone 'UTC', 'resolution', a.resolution)) as json
    from taken t join "Alert" a on a.id = t."alertId" join "AlertRule" rule on rule.id = a."ruleId" join "Run" r on r.id = a."runId"`;
  return rows.map(({ json }) => json as unknown as DueDelivery);
}

/** It was taken. */
export async function deliveryDone(sql: Sql, id: string): Promise<void> {
  await sql`update "AlertDelivery" set "deliveredAt" = now(), "nextAttemptAt" = null, failure = null where id = ${id}`;
}

/** `againInMs` null: given up. */
export async function deliveryFailed(sql: Sql, id: string, failure: string, againInMs: number | null): Promise<void> {
  await sql`update "AlertDelivery" set failure = ${failure.slice(0, 500)},
    "nextAttemptAt" = case when ${againInMs}::float8 is null then null else now() + make_interval(secs => ${(againInMs ?? 0) / 1_000}) end where id = ${id}`;
}
