// Owns: when rules are looked at and webhooks told: now and then, while the API runs. Must not know: when a rule holds, HTTP.
import { deliveryDone, deliveryFailed, takeDeliveries } from "@gradus/prisma/alerts/alert-delivery-store";
import type { DueDelivery } from "@gradus/prisma/alerts/alert-delivery-store";
import { readAlertRules } from "@gradus/prisma/alerts/alert-rule-store";
import { judgePoints, runsToJudge } from "@gradus/prisma/alerts/judge-points";
import { judgeTime } from "@gradus/prisma/alerts/judge-time";
import type { Database } from "@gradus/prisma/database";
import type { Logger } from "pino";
import { nowAndThen } from "../now-and-then.ts";
import { sendWebhook } from "./send-webhook.ts";
import { judgeWebhook } from "./webhook-addresses.ts";
import type { WebhookAddresses } from "./webhook-addresses.ts";

export interface AlertSettings {
  /** How often rules are looked at, in milliseconds. */
  readonly everyMs: number;
  readonly webhooks: WebhookAddresses;
  /** Pause before a webhook's second try; it doubles from try to try. Default 10,000. */
  readonly retryMs?: number;
}

/** A webhook that did not take it after so many tries is not told: with 10 s at first that is 42 minutes. */
export const MOST_TRIES = 9;
/** Longer than a try takes: who took a delivery and was killed leaves it to others after so long. */
const LEASE_MS = 30_000;

/** Any number of API processes may do this: runs' rows and deliveries are each taken by one at a time. */
export function watchAlerts({ db, log, settings }: WatchInput): { close(): Promise<void> } {
  return nowAndThen(settings.everyMs, log, "alert rules were not looked at", async (isEnded) => {
    await lookAtRules(db, isEnded);
    await tellWebhooks(db, log, settings);
  });
}

interface WatchInput {
  readonly db: Database;
  readonly log: Logger;
  readonly settings: AlertSettings;
}

async function lookAtRules(db: Database, isEnded: () => boolean): Promise<void> {
  for (const rule of await readAlertRules(db, {})) {
    if (isEnded()) return;
    if (rule.kind === "NO_NEW_POINT" || rule.kind === "ERROR_RATE") await judgeTime(db.sql, rule);
    else for (const runId of await runsToJudge(db.sql, rule)) await judgePoints(db.sql, rule, runId);
  }
}

async function tellWebhooks({ sql }: Database, log: Logger, { webhooks, retryMs = 10_000 }: AlertSettings): Promise<void> {
  const due = await takeDeliveries(sql, LEASE_MS);
  await Promise.all(
    due.map(async (delivery) => {
      try {
        await tell(webhooks, delivery);
        await deliveryDone(sql, delivery.id);
      } catch (error) {
        // Tolerates receivers that fail: they are told again, and what they said is kept.
        const failure = error instanceof Error ? error.message : String(error);
        const againInMs = delivery.attempt < MOST_TRIES ? retryMs * 2 ** (delivery.attempt - 1) : null;
        log.warn(
          { delivery: delivery.id, rule: delivery.rule.id, attempt: delivery.attempt, failure, againInMs },
          "a webhook was not told",
        );
        await deliveryFailed(sql, delivery.id, failure, againInMs);
      }
    }),
  );
}

async function tell(webhooks: WebhookAddresses, { id, type, url, secret, rule, alert }: DueDelivery): Promise<void> {
  // The operator may have changed his mind since the rule was made.
  const verdict = judgeWebhook(webhooks, url);
  if (!verdict.allowed) throw new Error(`not sent: expected ${verdict.why}`);
  const timestamp = type === "alert.opened" ? alert.openedAt : alert.resolvedAt;
  await sendWebhook({
    id,
    secret,
    url: verdict.url,
    checkAddress: verdict.checkAddress,
    body: JSON.stringify({ type, timestamp, data: { rule, alert } }),
  });
}
