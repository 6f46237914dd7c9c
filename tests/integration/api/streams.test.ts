import { nodeSeen, nodeStopped, registerNode } from "@gradus/prisma/training/node-store";
import { setExperimentStatus } from "@gradus/prisma/training/experiment-store";
import { setRunStatus } from "@gradus/prisma/training/run-store";
import { stageEnded, stageStarted } from "@gradus/prisma/training/stage-store";
import { inRun } from "@gradus/prisma/training/run-transaction";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { fillProblems, fillRun } from "../../testkit/api/fill-experiment.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { collect, connect, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { AnyData, TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let problems: string;
let experimentId: string;
let runIds: readonly string[];
let made = 0;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  problems = await fillProblems(world.database);
});
beforeEach(async () => {
  ({ id: experimentId, runIds } = await createSample(world.database, `stream ${++made}`));
});
afterAll(async () => {
  await api.close();
  await world.close();
});

/** The first `count` items after a cursor. */
async function follow(query: string, variables: Record<string, unknown>, count: number): Promise<AnyData[]> {
  const client = connect(api.url);
  const items = await collect<AnyData>(client, query, variables, (seen) => seen.length === count);
  await client.dispose();
  return items;
}

const summary = (step: number) => ({
  rewardMean: step / 10,
  passRate: 0.5,
  passRateByBucket: { EASY: 0.75 },
  drawnByBucket: { EASY: 2 },
  groups: 2,
  admitted: 1,
  solvedNone: 1,
  solvedAll: 0,
  sandboxErrors: 0,
  sandboxErrorRate: 0,
  completionTokensMean: 12,
  truncatedRate: 0,
  uniqueProblems: 2,
});
const completeStep = (runId: string, step: number) =>
  inRun(world.database.sql, runId, null, async (tx, emit) => {
    await tx`update "Run" set "stepsDone" = ${step} where id = ${runId}`;
    emit({ type: "STEP_COMPLETED", step, policyVersion: step, summary: summary(step), update: null });
  });
async function endStage(runId: string, step: number, stage: "GENERATE" | "EXECUTE" | "REWARD" | "UPDATE", failure: string | null = null) {
  const scope = { kind: "STEP" as const, id: `${runId}/step/${step}`, experimentId, runId, step };
  const attempt = { id: crypto.randomUUID(), scope, stage, attempt: 1, nodeId: "node-1" };
  await stageStarted(world.database.sql, attempt);
  await stageEnded(world.database.sql, attempt, failure);
}

test("step summaries come as backlog and live, and nothing else of the run does", async () => {
  const [runId = ""] = runIds;
  await completeStep(runId, 1);
  await setRunStatus(world.database.sql, runId, "RUNNING");
  const STEPS =
    "subscription ($id: ID!, $after: Cursor) { stepSummaries(runId: $id, after: $after) { cursor step policyVersion summary { rewardMean passRateByBucket { bucket value } } update { loss } } }";
  const following = follow(STEPS, { id: runId }, 3);
  await completeStep(runId, 2);
  await completeStep(runId, 3);
  const steps = await following;
  expect(steps.map(({ step, summary: { rewardMean } }) => [step, rewardMean])).toEqual([
    [1, 0.1],
    [2, 0.2],
    [3, 0.3],
  ]);
  expect(steps[0]?.["summary"].passRateByBucket).toEqual([{ bucket: "EASY", value: 0.75 }]);
  const rest = await follow(STEPS, { id: runId, after: steps[1]?.["cursor"] }, 1);
  expect(rest[0]?.["step"]).toBe(3);
});

test("the rollout feed tells of a step's groups after each stage, as they are then and not as an earlier event found them", async () => {
  const [runId = ""] = runIds;
  await fillRun(world.database, runId, problems, { steps: 1 });
  const { run } = await get(api.url, "query ($id: ID!) { run(id: $id) { cursor } }", { id: runId });
  const { prisma } = world.database;
  await prisma.rollout.updateMany({ where: { group: { runId } }, data: { reward: null } });
  const FEED =
    "subscription ($id: ID!, $after: Cursor, $stages: [Stage!]) { rolloutFeed(runId: $id, after: $after, stages: $stages) { cursor step stage groups { ordinal rollouts { index reward completion } } } }";
  const client = connect(api.url);
  const seen: AnyData[] = [];
  const items = client.iterate<AnyData>({ query: FEED, variables: { id: runId, after: run.cursor } });
  const next = async (): Promise<void> => void seen.push((await items.next()).value.data.rolloutFeed);
  await endStage(runId, 1, "GENERATE");
  await next();
  await prisma.rollout.updateMany({ where: { group: { runId } }, data: { reward: 0.5 } });
  await endStage(runId, 1, "EXECUTE", "the node is gone");
  await endStage(runId, 1, "UPDATE");
  await endStage(runId, 1, "REWARD");
  await next();
  expect(seen.map(({ stage, groups }) => [stage, groups.length, groups[0].rollouts.map(({ reward }: AnyData) => reward)])).toEqual([
    ["GENERATE", 2, [null, null]],
    ["REWARD", 2, [0.5, 0.5]],
  ]);
  const updates = await follow(FEED, { id: runId, after: run.cursor, stages: ["UPDATE"] }, 1);
  expect(updates[0]).toMatchObject({ step: 1, stage: "UPDATE" });
  await client.dispose();
});

test("stage activity tells every attempt of all runs, failed ones too, in the order of the experiment's events", async () => {
  const [one = "", two = ""] = runIds;
  const ACTIVITY =
    "subscription ($id: ID!, $stages: [Stage!]) { stageActivity(experimentId: $id, stages: $stages) { cursor runId step stage attempt outcome nodeId at } }";
  const following = follow(ACTIVITY, { id: experimentId }, 3);
  await endStage(one, 1, "GENERATE", "out of memory");
  await endStage(one, 1, "GENERATE");
  await endStage(two, 1, "EXECUTE");
  expect((await following).map(({ runId, stage, attempt, outcome }) => [runId, stage, attempt, outcome])).toEqual([
    [one, "GENERATE", 1, "FAILED"],
    [one, "GENERATE", 2, "COMPLETED"],
    [two, "EXECUTE", 1, "COMPLETED"],
  ]);
  expect((await follow(ACTIVITY, { id: experimentId, stages: ["EXECUTE"] }, 1)).map(({ runId }) => runId)).toEqual([two]);
});

test("progress is told at once without a cursor, and after one when the experiment has moved, several moves once", async () => {
  const PROGRESS =
    "subscription ($id: ID!, $after: Cursor) { experimentProgress(experimentId: $id, after: $after) { cursor status queued running completed failed stepsDone totalSteps } }";
  const [first] = await follow(PROGRESS, { id: experimentId }, 1);
  expect(first).toMatchObject({ status: "QUEUED", queued: 4, running: 0, stepsDone: 0, totalSteps: 48 });
  const [one = "", two = ""] = runIds;
  await setExperimentStatus(world.database.sql, experimentId, "RUNNING", undefined, false);
  await setRunStatus(world.database.sql, one, "RUNNING");
  for (let step = 1; step <= 5; step++) await completeStep(one, step);
  const [moved] = await follow(PROGRESS, { id: experimentId, after: first?.["cursor"] }, 1);
  expect(moved).toMatchObject({ status: "RUNNING", queued: 3, running: 1, stepsDone: 5 });
  const following = follow(PROGRESS, { id: experimentId, after: moved?.["cursor"] }, 1);
  await endStage(two, 1, "GENERATE");
  await setRunStatus(world.database.sql, two, "FAILED", "no luck");
  expect((await following)[0]).toMatchObject({ queued: 2, failed: 1, stepsDone: 5 });
});

const HEALTH =
  "subscription ($after: Cursor) { nodeHealth(after: $after) { cursor nodes { id roles isAlive stoppedAt sandbox { running } } } }";
const sandbox = (running: number) => ({
  backend: "bubblewrap",
  slots: 2,
  running,
  waiting: 0,
  finished: 0,
  sandboxErrors: 0,
  replacedSlots: 0,
  leakedProcesses: 0,
  utilisation: 0,
  queueWaitMs: null,
});

const node = (id: string) => ({ id, roles: ["SANDBOX" as const], taskQueue: null, labels: {}, capabilities: {} });

test("node health tells each node first, then what changes, and after a cursor only what has changed since", async () => {
  const { sql } = world.database;
  await registerNode(sql, node("a"));
  await registerNode(sql, node("b"));
  const client = connect(api.url);
  const health = client.iterate<AnyData>({ query: HEALTH });
  const next = async (): Promise<AnyData> => (await health.next()).value.data.nodeHealth;
  const first = await next();
  expect(first["nodes"].map(({ id }: AnyData) => id)).toEqual(expect.arrayContaining(["a", "b"]));
  await nodeSeen(sql, "b", { sandbox: sandbox(1), machine: null });
  const second = await next();
  expect(second["nodes"]).toEqual([{ id: "b", roles: ["SANDBOX"], isAlive: true, stoppedAt: null, sandbox: { running: 1 } }]);
  await client.dispose();

  await nodeSeen(sql, "b", { sandbox: sandbox(2), machine: null });
  await nodeStopped(sql, "b");
  const [after] = await follow(HEALTH, { after: second["cursor"] }, 1);
  expect(after?.["nodes"]).toMatchObject([{ id: "b", isAlive: false, sandbox: { running: 2 } }]);

  // Silence is no write: time passes for "a" as for the database.
  await sql`update "Node" set "lastSeenAt" = now() - interval '29.5 seconds' where id = 'a'`;
  const [silent] = await follow(HEALTH, { after: after?.["cursor"] }, 1);
  expect(silent?.["nodes"]).toMatchObject([{ id: "a", isAlive: false, stoppedAt: null }]);
  // Told once: after its cursor only the next change comes.
  const rest = follow(HEALTH, { after: silent?.["cursor"] }, 1);
  await registerNode(sql, node("c"));
  expect((await rest)[0]?.["nodes"].map(({ id }: AnyData) => id)).toEqual(["c"]);
});

test("node health survives many nodes that change at once: every one's last change is told, in one order", async () => {
  const { sql } = world.database;
  const ids = Array.from({ length: 30 }, (_, index) => `crowd-${index}`);
  const client = connect(api.url);
  const seen = new Map<string, number>();
  const following = (async () => {
    for await (const { data } of client.iterate<AnyData>({ query: HEALTH })) {
      for (const { id, sandbox: told } of data?.["nodeHealth"].nodes ?? []) if (told !== null) seen.set(id, told.running);
      if (ids.every((id) => seen.get(id) === 2)) break;
    }
  })();
  await Promise.all(
    ids.map(async (id) => {
      await registerNode(sql, node(id));
      for (const running of [0, 1, 2]) await nodeSeen(sql, id, { sandbox: sandbox(running), machine: null });
    }),
  );
  await following;
  await client.dispose();
});
