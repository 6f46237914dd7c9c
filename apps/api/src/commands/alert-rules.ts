// Owns: making, muting and deleting alert rules. Must not know: GraphQL, when a rule holds.
import { insertAlertRule, readAlertRulesById, setMutedUntil } from "@gradus/prisma/alerts/alert-rule-store";
import type { Database } from "@gradus/prisma/database";
import type { AlertRuleRow } from "@gradus/prisma/rows";
import type { Caller } from "../access/caller.ts";
import { newWebhookSecret } from "../alerts/send-webhook.ts";
import { judgeWebhook } from "../alerts/webhook-addresses.ts";
import type { WebhookAddresses } from "../alerts/webhook-addresses.ts";
import type { CreateAlertRuleInput } from "../generated/schema-types.ts";
import { Refusal, refuseFields } from "./refusal.ts";
import type { FieldError } from "./refusal.ts";

/** A year: what is longer is a mistake. */
const MOST_MINUTES = 527_040;
const MOST_POINTS = 10_000;

/** @throws Refusal */
export async function createAlertRule(
  db: Database,
  { who }: Caller,
  webhooks: WebhookAddresses,
  input: CreateAlertRuleInput,
): Promise<AlertRuleRow> {
  const { name, kind, metric, side, threshold, clearThreshold, clearPoints, minutes, webhookUrl } = input;
  const wrong: FieldError[] = [...textErrors("name", name), ...(metric == null ? [] : textErrors("metric", metric)), ...unfitting(input)];
  const verdict = webhookUrl == null ? null : judgeWebhook(webhooks, webhookUrl);
  if (verdict?.allowed === false) wrong.push({ path: "webhookUrl", value: webhookUrl, expected: verdict.why });
  const projectId = await projectOf(db, input, wrong);
  refuseFields(wrong);
  return insertAlertRule(db, {
    id: crypto.randomUUID(),
    projectId,
    experimentId: input.experimentId ?? null,
    name,
    kind,
    metric: metric ?? null,
    side: side ?? null,
    threshold: threshold ?? null,
    clearThreshold: clearThreshold ?? null,
    clearPoints: clearPoints ?? 1,
    minutes: minutes ?? null,
    webhookUrl: webhookUrl ?? null,
    webhookSecret: webhookUrl == null ? null : newWebhookSecret(),
    createdBy: who,
  });
}

async function projectOf({ prisma }: Database, { project, experimentId }: CreateAlertRuleInput, wrong: FieldError[]): Promise<string> {
  if (experimentId == null) {
    const id = project ?? "default";
    if ((await prisma.project.findUnique({ where: { id }, select: { id: true } })) === null)
      wrong.push({ path: "project", value: id, expected: "the id of a project that exists" });
    return id;
  }
  const found = await prisma.experiment.findUnique({ where: { id: experimentId }, select: { projectId: true } });
  if (found === null) wrong.push({ path: "experimentId", value: experimentId, expected: "the id of an experiment that exists" });
  else if (project != null && project !== found.projectId)
    wrong.push({ path: "project", value: project, expected: `absent, or the experiment's: ${found.projectId}` });
  return found?.projectId ?? "";
}

/** What a kind needs and what means nothing to it. */
function unfitting(input: CreateAlertRuleInput): FieldError[] {
  const { kind, metric, side, threshold, clearThreshold, clearPoints, minutes } = input;
  const needs = {
    THRESHOLD: ["metric", "side", "threshold"],
    NON_FINITE: [],
    NO_NEW_POINT: ["minutes"],
    ERROR_RATE: ["threshold", "minutes"],
  }[kind] as readonly string[];
  const may = {
    THRESHOLD: [...needs, "clearThreshold", "clearPoints"],
    NON_FINITE: ["metric", "clearPoints"],
    NO_NEW_POINT: [...needs, "metric"],
    ERROR_RATE: [...needs, "clearThreshold"],
  }[kind] as readonly string[];
  const given = { metric, side, threshold, clearThreshold, clearPoints, minutes };
  const wrong = Object.entries(given).flatMap(([path, value]): FieldError[] => {
    if (value == null) return needs.includes(path) ? [{ path, value: null, expected: `a value: ${kind} needs one` }] : [];
    return may.includes(path) ? [] : [{ path, value, expected: `nothing: ${kind} has no use for it` }];
  });
  if (minutes != null && !(minutes > 0 && minutes <= MOST_MINUTES))
    wrong.push({ path: "minutes", value: minutes, expected: `more than 0, at most ${MOST_MINUTES}` });
  if (kind === "ERROR_RATE" && threshold != null && !(threshold > 0 && threshold <= 1))
    wrong.push({ path: "threshold", value: threshold, expected: "a share: more than 0, at most 1" });
  if (clearPoints != null && !(clearPoints >= 1 && clearPoints <= MOST_POINTS))
    wrong.push({ path: "clearPoints", value: clearPoints, expected: `1 to ${MOST_POINTS}` });
  return [...wrong, ...unclear(input)];
}

/** A second threshold on the wrong side of the first would end an alert while its rule holds. */
function unclear({ kind, side, threshold, clearThreshold }: CreateAlertRuleInput): FieldError[] {
  if (clearThreshold == null || threshold == null) return [];
  const isUpward = kind === "THRESHOLD" && (side === "BELOW" || side === "AT_MOST");
  if (isUpward ? clearThreshold >= threshold : clearThreshold <= threshold && (kind !== "ERROR_RATE" || clearThreshold > 0)) return [];
  const expected = isUpward ? `not below the threshold, ${threshold}` : `not above the threshold, ${threshold}`;
  return [{ path: "clearThreshold", value: clearThreshold, expected: kind === "ERROR_RATE" ? `more than 0, ${expected}` : expected }];
}

const textErrors = (path: string, value: string): FieldError[] =>
  value.trim() !== "" && value.length <= 200 && !value.includes("\0")
    ? []
    : [{ path, value: value.slice(0, 200), expected: "1 to 200 characters" }];

/** @throws Refusal */
export async function existingRule(db: Database, id: string): Promise<AlertRuleRow> {
  const [rule] = await readAlertRulesById(db, [id]);
  if (rule === undefined || rule.deletedAt !== null)
    throw new Refusal(`there is no alert rule ${id}`, [{ path: "id", value: id, expected: "the id of an alert rule" }]);
  return rule;
}

/** `until` null: it speaks again. @throws Refusal */
export async function muteAlertRule(db: Database, id: string, until: Date | null): Promise<AlertRuleRow> {
  await existingRule(db, id);
  if (until !== null && until.getTime() <= Date.now())
    throw new Refusal("until: a time to come", [{ path: "until", value: until, expected: "a time to come, or nothing to unmute" }]);
  return setMutedUntil(db, id, until);
}
