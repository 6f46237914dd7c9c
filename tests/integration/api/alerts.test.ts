// What alert rules find in real runs, and what they tell: rows, the run's stream, a webhook on a real socket.
import { join } from "node:path";
import { readWebhookAddresses } from "@gradus/api/alerts/webhook-addresses";
import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import { setRunStatus } from "@gradus/prisma/training/run-store";
import { logPoints } from "@gradus/prisma/metrics/external-run-store";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startApiProcess } from "../../testkit/api/api-process.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { collect, connect, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startWebhookReceiver } from "../../testkit/api/webhook-receiver.ts";
import type { WebhookReceiver } from "../../testkit/api/webhook-receiver.ts";
import { gradus } from "../../testkit/cli/gradus.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let receiver: WebhookReceiver;
let api: TestApi;

beforeAll(async () => {
  world = await startDatabaseWorld();
  receiver = await startWebhookReceiver();
  api = await startTestApi(world.database, { alerts: { everyMs: 20, retryMs: 10, webhooks: readWebhookAddresses(receiver.origin) } });
});
afterAll(async () => {
  await api.close();
  await receiver[Symbol.asyncDispose]();
  await world.close();
});

const eventually = <Value>(read: () => Value) => expect.poll(read, { timeout: 60_000 });

const CREATE = `mutation ($input: CreateAlertRuleInput!) {
  createAlertRule(input: $input) { ok error { message fields { path } } webhookSecret rule { id condition } }
}`;
const createRule = async (
  input: object,
): Promise<{
  ok: boolean;
  error: { message: string; fields: { path: string }[] };
  webhookSecret: string;
  rule: { id: string; condition: string };
}> => (await get(api.url, CREATE, { input: { name: "watch", ...input } })).createAlertRule;

interface Found {
  readonly id: string;
  readonly metric: string | null;
  readonly step: number | null;
  readonly value: number | string | null;
  readonly message: string;
  readonly isOpen: boolean;
  readonly resolution: string | null;
  readonly deliveries: readonly {
    readonly type: string;
    readonly attempts: number;
    readonly deliveredAt: string | null;
    readonly nextAttemptAt: string | null;
    readonly failure: string | null;
  }[];
}
const alertsOf = async (ruleId: string): Promise<Found[]> =>
  (
    await get(
      api.url,
      `query ($id: ID!) { alerts(filter: { ruleId: $id }) { nodes { id metric step value message isOpen resolution
        deliveries { type attempts deliveredAt nextAttemptAt failure } } } }`,
      { id: ruleId },
    )
  ).alerts.nodes.toReversed();
const openOf = async (ruleId: string): Promise<boolean[]> => (await alertsOf(ruleId)).map(({ isOpen }) => isOpen);
const allTold = ({ deliveries }: Found): boolean => deliveries.every(({ nextAttemptAt }) => nextAttemptAt === null);

const record = (runId: string, name: string, step: number, value: number): Promise<void> =>
  inRun(world.database.sql, runId, null, (tx, emit) => recordPoints(tx, emit, runId, [{ name, step, value }]));
async function runningSample(key: string): Promise<{ id: string; runId: string }> {
  const { id, runIds } = await createSample(world.database, key);
  const runId = runIds[0] ?? "";
  await setRunStatus(world.database.sql, runId, "RUNNING");
  return { id, runId };
}

const nanRule = (id: string) => createRule({ kind: "NON_FINITE", experimentId: id, webhookUrl: `${receiver.origin}/hook` });
const paths = async (input: object) => (await createRule(input)).error?.fields.map(({ path }) => path);

describe("a threshold", () => {
  test("opens at the first point beyond it, resolves at the first that is not, and tells row, stream and webhook, signed", async () => {
    const { id, runId } = await runningSample("threshold");
    await record(runId, "train/reward", 1, 0.01);
    const { rule, webhookSecret } = await createRule({
      kind: "THRESHOLD",
      experimentId: id,
      metric: "train/reward",
      side: "BELOW",
      threshold: 0.05,
      webhookUrl: `${receiver.origin}/hook`,
    });
    expect(rule.condition).toBe("train/reward below 0.05");
    for (const [at, value] of [0.5, 0.04, 0.03, Number.NaN, 0.05, 0.06].entries()) await record(runId, "train/reward", at + 2, value);
    await record(runId, "other", 1, 0);
    await eventually(async () => (await alertsOf(rule.id)).map(({ isOpen }) => isOpen)).toEqual([false]);
    await eventually(async () => (await alertsOf(rule.id)).every(allTold)).toBe(true);
    expect((await alertsOf(rule.id))[0]).toMatchObject({
      metric: "train/reward",
      step: 3,
      value: 0.04,
      message: "train/reward is 0.04 at step 3",
      resolution: "train/reward is 0.05 at step 6",
    });
    const told = receiver.received.filter(({ body }) => body.data.rule.id === rule.id);
    expect(told.map(({ body }) => body.type)).toEqual(["alert.opened", "alert.resolved"]);
    expect(told.map(({ isSignedWith }) => [isSignedWith(webhookSecret), isSignedWith("whsec_AAAA")])).toEqual([
      [true, false],
      [true, false],
    ]);
    expect(told[0]?.body.data.alert).toMatchObject({ runId, experimentId: id, step: 3, value: 0.04 });
    const client = connect(api.url);
    const events = await collect<{ event: { __typename: string; rule?: string; message?: string } }>(
      client,
      "subscription ($id: ID!) { runEvents(runId: $id) { event { __typename ... on AlertOpened { rule message } ... on AlertResolved { rule message } } } }",
      { id: runId },
      (items) => items.at(-1)?.event.__typename === "AlertResolved",
    );
    await client.dispose();
    expect(events.map(({ event }) => event).filter(({ rule: ofRule }) => ofRule !== undefined)).toEqual([
      { __typename: "AlertOpened", rule: "watch", message: "train/reward is 0.04 at step 3" },
      { __typename: "AlertResolved", rule: "watch", message: "train/reward is 0.05 at step 6" },
    ]);
  });
});

describe("a non-finite value", () => {
  test("is found in the middle of a batch whose event carries only the last point, and each metric has an alert of its own", async () => {
    const { id, runId } = await runningSample("nan");
    const { rule } = await createRule({ kind: "NON_FINITE", experimentId: id });
    const steps = Array.from({ length: 40 }, (_, at) => at);
    const values = steps.map((step) => (step === 17 ? Number.NaN : step));
    await logPoints(world.database.sql, runId, "batch", 0, [
      { name: "wide", steps, values, times: steps },
      { name: "loss", steps: [1], values: [Number.POSITIVE_INFINITY], times: [0] },
    ]);
    await eventually(async () => (await alertsOf(rule.id)).length).toBe(2);
    const found = await alertsOf(rule.id);
    expect(found.find(({ metric }) => metric === "wide")).toMatchObject({
      step: 17,
      value: "NaN",
      isOpen: false,
      resolution: "wide is 18 at step 18",
    });
    expect(found.find(({ metric }) => metric === "loss")).toMatchObject({ step: 1, value: "Infinity", isOpen: true });
    const { run } = await get(api.url, "query ($id: ID!) { run(id: $id) { openAlerts { metric } } }", { id: runId });
    expect(run.openAlerts).toEqual([{ metric: "loss" }]);
  });
});

describe("silence", () => {
  test("of a metric opens by the database's clock while others come, and a point or the run's end resolves it", async () => {
    const { id, runId } = await runningSample("silence");
    await record(runId, "train/reward", 1, 1);
    const { rule } = await createRule({ kind: "NO_NEW_POINT", experimentId: id, metric: "train/reward", minutes: 30 });
    const age = (minutes: number) =>
      world.database.sql`update metrics.batch set recorded_at = now() - make_interval(mins => ${minutes}) where run_id = ${runId}`;
    await age(29);
    await record(runId, "other", 1, 1);
    // A pass that follows this one has looked: the marker's own alert says so.
    const marker = await createRule({ kind: "NON_FINITE", experimentId: id, metric: "marker" });
    await record(runId, "marker", 1, Number.NaN);
    await eventually(async () => (await alertsOf(marker.rule.id)).length).toBe(1);
    expect(await alertsOf(rule.id)).toEqual([]);
    await age(31);
    await record(runId, "other", 2, 1);
    await expect
      .poll(async () => (await alertsOf(rule.id)).map(({ isOpen, message }) => [isOpen, message]))
      .toEqual([[true, "no new point of train/reward for 30 min"]]);
    await record(runId, "train/reward", 2, 1);
    await eventually(async () => (await alertsOf(rule.id)).map(({ isOpen }) => isOpen)).toEqual([false]);
    await age(31);
    await eventually(async () => (await alertsOf(rule.id)).map(({ isOpen }) => isOpen)).toEqual([false, true]);
    await setRunStatus(world.database.sql, runId, "COMPLETED");
    await eventually(async () => (await alertsOf(rule.id)).map(({ isOpen }) => isOpen)).toEqual([false, false]);
  });
});

describe("an error rate", () => {
  test("counts attempts of the last minutes, of four or more", async () => {
    const { id, runId } = await runningSample("errors");
    const { rule } = await createRule({ kind: "ERROR_RATE", experimentId: id, threshold: 0.5, minutes: 10 });
    const attempts = (outcomes: readonly ("FAILED" | "LOST" | "COMPLETED")[], minutesAgo: number, from: number) =>
      world.database.prisma.stageExecution.createMany({
        data: outcomes.map((outcome, at) => ({
          id: `${runId}/e/${from + at}`,
          scope: `${runId}/step/1`,
          scopeKind: "STEP" as const,
          runId,
          step: 1,
          stage: "EXECUTE" as const,
          attempt: from + at,
          nodeId: "n",
          outcome,
          endedAt: new Date(Date.now() - minutesAgo * 60_000),
        })),
      });
    await attempts(["FAILED", "FAILED", "FAILED"], 60, 1);
    await attempts(["FAILED", "LOST", "COMPLETED"], 1, 4);
    await attempts(["COMPLETED"], 1, 7);
    await expect
      .poll(async () => (await alertsOf(rule.id)).map(({ message }) => message))
      .toEqual(["2 of 4 stage attempts (50%) failed or were lost within 10 min"]);
    await attempts(["COMPLETED"], 0, 8);
    await eventually(async () => (await alertsOf(rule.id)).map(({ isOpen }) => isOpen)).toEqual([false]);
  });
});

describe("a rule that has an end of its own", () => {
  test("opens one alert for a value that swings about its threshold, and ends it past the second one, where one without opens three", async () => {
    const { id, runId } = await runningSample("swings");
    const below = { kind: "THRESHOLD", experimentId: id, metric: "train/reward", side: "BELOW", threshold: 0.5 };
    const { rule: flapping } = await createRule(below);
    const { rule: calm } = await createRule({ ...below, clearThreshold: 0.6 });
    expect(calm.condition).toBe("train/reward below 0.5, until not below 0.6");
    for (const [at, value] of [0.49, 0.51, 0.48, 0.59, 0.49, 0.55, 0.6, 0.55].entries()) await record(runId, "train/reward", at + 1, value);
    await eventually(async () => (await alertsOf(flapping.id)).map(({ isOpen }) => isOpen)).toEqual([false, false, false]);
    await eventually(async () => (await alertsOf(calm.id)).map(({ message, resolution }) => [message, resolution])).toEqual([
      ["train/reward is 0.49 at step 1", "train/reward is 0.6 at step 7"],
    ]);
    await record(runId, "train/reward", 9, 0.4);
    await eventually(async () => (await alertsOf(calm.id)).map(({ isOpen }) => isOpen)).toEqual([false, true]);
  });

  test("ends it after so many points in a row, counted over batches and by whichever process reads them", async () => {
    const { id, runId } = await runningSample("in a row");
    const { rule } = await createRule({ kind: "NON_FINITE", experimentId: id, metric: "loss", clearPoints: 3 });
    expect(rule.condition).toBe("loss not finite, until otherwise for 3 points in a row");
    const calmOf = async () =>
      (await world.database.prisma.alert.findMany({ where: { ruleId: rule.id } })).map(({ calmPoints }) => calmPoints);
    const values = [Number.NaN, 1, 1, Number.NaN, 2, 2];
    for (const [at, value] of values.entries()) await record(runId, "loss", at + 1, value);
    // Two calm points of the three, since the last that was none: they are a row's, so another process goes on from there.
    await eventually(calmOf).toEqual([2]);
    expect((await alertsOf(rule.id)).map(({ isOpen }) => isOpen)).toEqual([true]);
    await api.close();
    api = await startTestApi(world.database, { alerts: { everyMs: 20, retryMs: 10, webhooks: readWebhookAddresses(receiver.origin) } });
    await record(runId, "loss", values.length + 1, 3);
    await eventually(async () => (await alertsOf(rule.id)).map(({ isOpen, resolution }) => [isOpen, resolution])).toEqual([
      [false, "loss is 3 at step 7"],
    ]);
  });

  test("of an error rate lasts until the rate is below the second share", async () => {
    const { id, runId } = await runningSample("rates");
    const rate = { kind: "ERROR_RATE", experimentId: id, threshold: 0.5, minutes: 10 };
    const [{ rule: plain }, { rule: calm }] = [await createRule(rate), await createRule({ ...rate, clearThreshold: 0.25 })];
    expect(calm.condition).toBe("50% of stage attempts failed or lost within 10 min, until below 25%");
    let made = 0;
    const attempts = (...outcomes: readonly ("FAILED" | "COMPLETED")[]) =>
      world.database.prisma.stageExecution.createMany({
        data: outcomes.map((outcome) => ({
          id: `${runId}/r/${++made}`,
          scope: `${runId}/step/1`,
          scopeKind: "STEP" as const,
          runId,
          step: 1,
          stage: "EXECUTE" as const,
          attempt: made,
          nodeId: "n",
          outcome,
          endedAt: new Date(),
        })),
      });
    await attempts("FAILED", "FAILED", "COMPLETED", "COMPLETED");
    await eventually(() => openOf(plain.id)).toEqual([true]);
    await eventually(() => openOf(calm.id)).toEqual([true]);
    // Two of five: below a half, above a quarter.
    await attempts("COMPLETED");
    await eventually(() => openOf(plain.id)).toEqual([false]);
    expect(await openOf(calm.id)).toEqual([true]);
    await attempts("COMPLETED", "COMPLETED", "COMPLETED", "COMPLETED");
    await eventually(() => openOf(calm.id)).toEqual([false]);
  });
});

describe("a webhook", () => {
  test("that refuses is told again under the same id, and is given up after nine tries", async () => {
    const { id, runId } = await runningSample("retries");
    const { rule } = await nanRule(id);
    receiver.answers.push({ status: 500 }, { status: 302, location: `${receiver.origin}/elsewhere` });
    await record(runId, "a", 1, Number.NaN);
    await eventually(async () => (await alertsOf(rule.id))[0]?.deliveries[0]?.deliveredAt ?? null).not.toBeNull();
    const told = receiver.received.filter(({ body }) => body.data.rule.id === rule.id);
    expect(told).toHaveLength(3);
    expect(new Set(told.map(({ id: ofTry }) => ofTry)).size).toBe(1);
    receiver.answers.push(...Array.from({ length: 9 }, () => ({ status: 503 })));
    await record(runId, "b", 1, Number.NaN);
    await eventually(async () => (await alertsOf(rule.id))[1]?.deliveries).toEqual([
      { type: "alert.opened", attempts: 9, deliveredAt: null, nextAttemptAt: null, failure: "it answered 503" },
    ]);
    expect(receiver.answers).toEqual([]);
  });

  test("of a muted rule is told nothing, of neither end", async () => {
    const { id, runId } = await runningSample("muted");
    const { rule } = await nanRule(id);
    const MUTE = "mutation ($id: ID!, $until: DateTime) { muteAlertRule(id: $id, until: $until) { ok rule { mutedUntil } } }";
    const until = new Date(Date.now() + 3_600_000).toISOString();
    expect((await get(api.url, MUTE, { id: rule.id, until })).muteAlertRule).toEqual({ ok: true, rule: { mutedUntil: until } });
    await record(runId, "a", 1, Number.NaN);
    await record(runId, "a", 2, 1);
    await eventually(async () => (await alertsOf(rule.id)).map(({ isOpen }) => isOpen)).toEqual([false]);
    await get(api.url, MUTE, { id: rule.id, until: null });
    await record(runId, "a", 3, Number.NaN);
    await eventually(async () => (await alertsOf(rule.id)).map(({ deliveries }) => deliveries.length)).toEqual([0, 1]);
  });

  test.each([
    ["nowhere.example", "https://nowhere.example/x"],
    ["another port of the host that is allowed", "http://127.0.0.1:1/x"],
    ["what is no address of the web", "file:///etc/passwd"],
    ["a password in the address", "http://u:p@127.0.0.1/"],
  ])("to %s is refused when the rule is made", async (_what, webhookUrl) => {
    const { ok, error } = await createRule({ kind: "NON_FINITE", webhookUrl });
    expect([ok, error.fields.map(({ path }) => path)]).toEqual([false, ["webhookUrl"]]);
  });

  test("that configuration no longer allows is not sent to, and the alert says so", async () => {
    await using elsewhere = await startWebhookReceiver();
    const { id, runId } = await runningSample("withdrawn");
    const { rule } = await nanRule(id);
    await world.database.prisma.alertRule.update({ where: { id: rule.id }, data: { webhookUrl: `${elsewhere.origin}/x` } });
    await record(runId, "a", 1, Number.NaN);
    await eventually(async () => (await alertsOf(rule.id))[0]?.deliveries[0]?.failure).toMatch(/GRADUS_WEBHOOKS/);
    expect(elsewhere.received).toEqual([]);
  });
});

describe("a rule", () => {
  test("is refused field by field where its kind needs more or has no use for what it has", async () => {
    expect(await paths({ kind: "THRESHOLD" })).toEqual(["metric", "side", "threshold"]);
    expect(await paths({ kind: "NON_FINITE", threshold: 1 })).toEqual(["threshold"]);
    expect(await paths({ kind: "ERROR_RATE", threshold: 2, minutes: -1 })).toEqual(["minutes", "threshold"]);
    expect(await paths({ kind: "NO_NEW_POINT", minutes: 1, experimentId: "none" })).toEqual(["experimentId"]);
    expect(await paths({ kind: "NO_NEW_POINT", minutes: 1, project: "none" })).toEqual(["project"]);
    const above = { kind: "THRESHOLD", metric: "m", side: "ABOVE", threshold: 1 };
    expect(await paths({ ...above, clearThreshold: 2, clearPoints: 0 })).toEqual(["clearPoints", "clearThreshold"]);
    expect(await paths({ ...above, side: "BELOW", clearThreshold: 0 })).toEqual(["clearThreshold"]);
    expect(await paths({ kind: "ERROR_RATE", threshold: 0.5, minutes: 1, clearThreshold: 0, clearPoints: 2 })).toEqual([
      "clearPoints",
      "clearThreshold",
    ]);
    expect(await paths({ kind: "NO_NEW_POINT", minutes: 1, clearThreshold: 1 })).toEqual(["clearThreshold"]);
  });

  test("that is deleted watches no more, and an alert may be resolved by hand", async () => {
    const { id, runId } = await runningSample("deleted");
    const { rule } = await createRule({ kind: "NON_FINITE", experimentId: id });
    await record(runId, "a", 1, Number.NaN);
    await record(runId, "b", 1, Number.NaN);
    await eventually(async () => (await alertsOf(rule.id)).length).toBe(2);
    const [first] = await alertsOf(rule.id);
    const RESOLVE = "mutation ($id: ID!) { resolveAlert(id: $id) { ok alert { resolution } } }";
    expect((await get(api.url, RESOLVE, { id: first?.id })).resolveAlert).toEqual({
      ok: true,
      alert: { resolution: "resolved by anybody on this machine" },
    });
    const DELETE = "mutation ($id: ID!) { deleteAlertRule(id: $id) { ok error { message } } }";
    expect((await get(api.url, DELETE, { id: rule.id })).deleteAlertRule.ok).toBe(true);
    expect((await get(api.url, DELETE, { id: rule.id })).deleteAlertRule.error.message).toMatch(/there is no alert rule/);
    expect((await alertsOf(rule.id)).map(({ resolution }) => resolution)).toEqual([
      "resolved by anybody on this machine",
      "its rule was deleted",
    ]);
    const listed = await get(api.url, "query ($id: ID!) { alertRules(experimentId: $id) { id } }", { id });
    expect(listed.alertRules).toEqual([]);
  });
});

test("two API processes, one killed and started again, open each alert once, tell it once, and miss none that came meanwhile", async () => {
  await using hook = await startWebhookReceiver();
  const { id, runId } = await runningSample("processes");
  const environment = { DATABASE_URL: world.databaseUrl, GRADUS_BLOBS: join(world.home, "blobs"), GRADUS_WEBHOOKS: hook.origin };
  let one = await startApiProcess(environment);
  const two = await startApiProcess(environment);
  const input = { name: "nan", kind: "NON_FINITE", experimentId: id, webhookUrl: `${hook.origin}/hook` };
  const { rule } = (await get(one.url, CREATE, { input })).createAlertRule;
  // The API of the other tests does not know this webhook: what it takes it gives back.
  await api.close();
  const names = Array.from({ length: 12 }, (_, at) => `m${at}`);
  for (const [at, name] of names.entries()) {
    await record(runId, name, 1, Number.NaN);
    if (at === 4) await one.kill();
    if (at === 8) one = await startApiProcess(environment);
  }
  await two.kill();
  await record(runId, "alone", 1, Number.NaN);
  await eventually(() => new Set(hook.received.map(({ body }) => body.data.alert["metric"])).size).toBe(13);
  const rows = await world.database.prisma.alert.findMany({ where: { ruleId: rule.id } });
  expect(rows.map(({ metric }) => metric).toSorted()).toEqual([...names, "alone"].toSorted());
  // Who is killed between sending and noting it sends again: under the same id, which receivers know.
  expect(new Set(hook.received.map(({ id: ofTry }) => ofTry)).size).toBe(13);
  const shown = await gradus(["alerts", "--open", "--experiment", id, "--json", "--api", one.url]);
  expect((JSON.parse(shown.stdout) as unknown[]).length).toBe(13);
  const said = await gradus(["alerts", "create", "stuck", "--silent-minutes", "15", "--experiment", id, "--api", one.url]);
  expect(said.stdout).toContain("no new point of any metric for 15 min");
  await one.kill();
  api = await startTestApi(world.database);
});
