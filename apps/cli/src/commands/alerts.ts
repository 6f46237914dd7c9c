// Owns: the words and flags of `gradus alerts` and its verbs. Must not know: when a rule holds.
import { InvalidArgumentError, Option } from "commander";
import type { Command } from "commander";
import { request } from "../client/api-client.ts";
import {
  AlertRulesDocument,
  AlertsDocument,
  CreateAlertRuleDocument,
  DeleteAlertRuleDocument,
  MuteAlertRuleDocument,
  ResolveAlertDocument,
} from "../client/generated/operations.ts";
import type { AlertPartsFragment, AlertRulePartsFragment, CreateAlertRuleInput, ThresholdSide } from "../client/generated/operations.ts";
import { accepted } from "../client/refused.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions, VerbContext } from "./verb.ts";

interface ListOptions extends ApiOptions {
  readonly project?: string;
  readonly experiment?: string;
  readonly run?: string;
  readonly open?: true;
}

interface CreateOptions extends ApiOptions {
  readonly project?: string;
  readonly experiment?: string;
  readonly webhook?: string;
}

export function registerAlerts(program: Command): void {
  const alerts = program.command("alerts").description("what alert rules found, and the rules");
  const list = alerts
    .command("list", { isDefault: true })
    .description("the newest alerts first")
    .option("--open", "only those that are open")
    .option("--project <id>", "only of this project")
    .option("--experiment <id>", "only of this experiment's runs")
    .option("--run <id>", "only of this run");
  withApi(list, { examples: ["gradus alerts list --run quickstart-1a2b3c4d.uniform.1 --json", "gradus alerts --open"] }).action(
    ({ open, project, experiment, run, ...options }: ListOptions) =>
      runVerb(options, async (context) => {
        const filter = { project: project ?? null, experimentId: experiment ?? null, runId: run ?? null, isOpen: open ?? null };
        const { nodes } = (await request(context.apiUrl, AlertsDocument, { filter, first: 200 })).alerts;
        return tell(context, nodes, nodes.map(alertLine), "no alerts");
      }),
  );
  registerRules(alerts);
  withApi(alerts.command("resolve").description("resolve an open alert by hand").argument("<id>", "its id"), {
    examples: ["gradus alerts resolve 5d0c1f2e-8a3b-4c6d-9e7f-0123456789ab"],
  }).action((id: string, options: ApiOptions) =>
    runVerb(options, async (context) => {
      const alert = accepted((await request(context.apiUrl, ResolveAlertDocument, { id })).resolveAlert, "alert");
      return tell(context, alert, [alertLine(alert)]);
    }),
  );
}

function registerRules(alerts: Command): void {
  const rules = withApi(alerts.command("rules").description("rules that watch").option("--project <id>", "only of this project"), {
    examples: ["gradus alerts rules"],
  });
  rules.action(({ project, ...options }: ListOptions) =>
    runVerb(options, async (context) => {
      const { alertRules } = await request(context.apiUrl, AlertRulesDocument, { project: project ?? null });
      return tell(context, alertRules, alertRules.map(ruleLine), "no rules yet: gradus alerts create --help");
    }),
  );
  const create = alerts
    .command("create")
    .description("watch runs from now on; a webhook's secret is printed once and kept nowhere else")
    .argument("<name>", "what people call it")
    .addOption(new Option("--metric <name>", "which metric; without a side and a threshold: that it stays finite"))
    .addOption(new Option("--side <side>", "on which side of the threshold").choices(["BELOW", "AT_MOST", "ABOVE", "AT_LEAST"]))
    .option("--threshold <value>", "the value of the metric", number)
    .option(
      "--clear-threshold <value>",
      "what must be passed, the other way, for an alert to end: a swing between the two is one alert",
      number,
    )
    .option("--clear-points <count>", "points in a row that must be well before an alert ends", number)
    .option("--non-finite", "NaN or an infinity in the metric, or in any")
    .option("--silent-minutes <minutes>", "no new point of the metric, or of any, for so long", number)
    .option("--error-rate <share>", "this share of stage attempts fails, 0 to 1", number)
    .option("--within-minutes <minutes>", "over which time the error rate is counted", number, 10)
    .option("--project <id>", "its project (default: default)")
    .option("--experiment <id>", "only runs of this experiment")
    .option("--webhook <url>", "where its alerts are told; the server's GRADUS_WEBHOOKS must allow it");
  withApi(create, {
    examples: [
      "gradus alerts create 'reward collapsed' --metric train/reward --side BELOW --threshold 0.05",
      "gradus alerts create 'reward low' --metric train/reward --side BELOW --threshold 0.05 --clear-threshold 0.1 --clear-points 3",
      "gradus alerts create nan --non-finite --webhook https://hooks.example.com/gradus",
      "gradus alerts create stuck --silent-minutes 15",
      "gradus alerts create flaky --error-rate 0.5 --within-minutes 10",
    ],
  }).action((name: string, options: CreateOptions & ConditionOptions) =>
    runVerb(options, async (context) => {
      const { project, experiment, webhook } = options;
      const input = {
        name,
        project: project ?? null,
        experimentId: experiment ?? null,
        webhookUrl: webhook ?? null,
        ...conditionOf(options),
      };
      const { createAlertRule: result } = await request(context.apiUrl, CreateAlertRuleDocument, { input });
      const rule = accepted(result, "rule");
      const secret = result.webhookSecret ?? null;
      return tell(context, { ...rule, webhookSecret: secret }, [ruleLine(rule), ...(secret === null ? [] : [`webhook secret: ${secret}`])]);
    }),
  );
  withApi(
    alerts
      .command("mute")
      .description("keep a rule from telling its webhook")
      .argument("<rule>", "its id")
      .option("--minutes <minutes>", "for so long", number, 60),
    { examples: ["gradus alerts mute 5d0c1f2e-8a3b-4c6d-9e7f-0123456789ab --minutes 240"] },
  ).action((id: string, { minutes, ...options }: ApiOptions & { readonly minutes: number }) =>
    runVerb(options, (context) => mute(context, id, new Date(Date.now() + minutes * 60_000).toISOString())),
  );
  withApi(alerts.command("unmute").description("let a rule tell its webhook again").argument("<rule>", "its id"), {
    examples: ["gradus alerts unmute 5d0c1f2e-8a3b-4c6d-9e7f-0123456789ab"],
  }).action((id: string, options: ApiOptions) => runVerb(options, (context) => mute(context, id, null)));
  withApi(alerts.command("delete").description("end a rule and resolve its open alerts").argument("<rule>", "its id"), {
    examples: ["gradus alerts delete 5d0c1f2e-8a3b-4c6d-9e7f-0123456789ab"],
  }).action((id: string, options: ApiOptions) =>
    runVerb(options, async (context) => {
      const rule = accepted((await request(context.apiUrl, DeleteAlertRuleDocument, { id })).deleteAlertRule, "rule");
      return tell(context, rule, [`${rule.id} watches no more`]);
    }),
  );
}

interface ConditionOptions {
  readonly metric?: string;
  readonly side?: ThresholdSide;
  readonly threshold?: number;
  readonly clearThreshold?: number;
  readonly clearPoints?: number;
  readonly nonFinite?: true;
  readonly silentMinutes?: number;
  readonly errorRate?: number;
  readonly withinMinutes: number;
}

type Condition = Pick<CreateAlertRuleInput, "kind" | "metric" | "side" | "threshold" | "clearThreshold" | "clearPoints" | "minutes">;

/** What does not fit together is the API's to refuse. */
function conditionOf(options: ConditionOptions): Condition {
  const { metric = null, side = null, threshold = null, clearThreshold = null, clearPoints = null } = options;
  const { silentMinutes, errorRate, withinMinutes } = options;
  const given = { metric, side, threshold, clearThreshold, clearPoints };
  if (silentMinutes !== undefined) return { kind: "NO_NEW_POINT", ...given, minutes: silentMinutes };
  if (errorRate !== undefined) return { kind: "ERROR_RATE", ...given, threshold: errorRate, minutes: withinMinutes };
  const kind = options.nonFinite === true || (side === null && threshold === null) ? "NON_FINITE" : "THRESHOLD";
  return { kind, ...given, minutes: null };
}

async function mute(context: VerbContext, id: string, until: string | null): Promise<number> {
  const rule = accepted((await request(context.apiUrl, MuteAlertRuleDocument, { id, until })).muteAlertRule, "rule");
  return tell(context, rule, [ruleLine(rule)]);
}

function tell({ json }: VerbContext, value: unknown, lines: readonly string[], none = ""): number {
  if (json) printJson(value);
  else process.stdout.write(lines.length === 0 ? `${none}\n` : lines.map((line) => `${line}\n`).join(""));
  return exitCodes.ok;
}

function alertLine({ id, rule, run, message, isOpen, openedAt, resolvedAt, resolution, deliveries }: AlertPartsFragment): string {
  const untold = deliveries.find(({ deliveredAt, failure }) => deliveredAt === null && failure !== null);
  return [
    id,
    isOpen ? "OPEN" : "resolved",
    rule.name,
    run.id,
    message,
    isOpen ? `since ${openedAt}` : `${openedAt} to ${resolvedAt}: ${resolution}`,
    ...(untold
      ? [`webhook ${untold.nextAttemptAt === null ? "given up" : "not told yet"} after ${untold.attempts} tries: ${untold.failure}`]
      : []),
  ].join("  ");
}

function ruleLine({ id, name, condition, projectId, experimentId, webhookUrl, mutedUntil }: AlertRulePartsFragment): string {
  const muted = mutedUntil !== null && Date.parse(mutedUntil) > Date.now() ? [`muted until ${mutedUntil}`] : [];
  return [id, name, condition, `runs of ${experimentId ?? projectId}`, ...(webhookUrl === null ? [] : [webhookUrl]), ...muted].join("  ");
}

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === "" || Number.isNaN(value)) throw new InvalidArgumentError("expected a number");
  return value;
}
