import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CONTROL_QUEUE, TRAINING_RUN_WORKFLOW, trainingRunWorkflowId } from "@gradus/workflows";
import { connectTemporal } from "../../testkit/planted-experiment.ts";
import { SAMPLE } from "../../testkit/api/sample-experiment.ts";
import { connect, get } from "../../testkit/api/test-api.ts";
import type { RunningApp } from "@gradus/cli/up/start-app";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

// A control worker and no policy node: runs begin, and wait for an engine for as long as they are asked things.
let world: World;
let url: string;

let api: RunningApp;
let worker: RunningApp;

async function start(): Promise<void> {
  const [startedApi, startedWorker] = await Promise.all([world.startApi(), world.startWorker({ role: "control", node: "control" })]);
  [api, worker, url] = [startedApi, startedWorker, startedApi.url];
}

beforeAll(async () => {
  world = await startWorld();
  await start();
});
afterAll(() => world.close());

/** Asks until it is so; the test's own limit is the only clock. */
async function until<Value>(read: () => Promise<Value>, isSo: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await read();
    if (isSo(value)) return value;
    await setTimeout(100);
  }
}

const CREATE =
  "mutation ($source: String!, $key: String) { createExperiment(input: { source: $source, start: true, key: $key }) { ok error { message } experiment { id } } }";
const STATE = "query ($id: ID!) { experiment(id: $id) { status cause runs { id status totalSteps cause } } }";
const RESULT = "{ ok error { message } }";

interface State {
  readonly status: string;
  readonly runs: readonly { readonly id: string; readonly status: string; readonly totalSteps: number }[];
}

async function importProblems(): Promise<string> {
  const line = {
    environment: "INDUCTION",
    message: "the same",
    entryPoint: "f",
    reference: "def f(x): return x",
    tests: [{ kind: "call", args: "1", expected: "1" }],
    visibleTests: 1,
  };
  const response = await fetch(`${url}/import/problems?name=one`, { method: "POST", body: JSON.stringify(line) });
  return ((await response.json()) as { problemSetId: string }).problemSetId;
}

const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);

/** No node has an engine: the run waits for a place. Then rows tell of a sandbox that fell silent. */
async function diagnose(id: string): Promise<void> {
  const WAIT = `query ($id: ID!) { run(id: $id) { waitsFor { message isStalled stage step attempt queue queueDepth nodes programsWaiting node { id } silentNodes { id } } } }`;
  const read = async () => (await get(url, WAIT, { id })).run.waitsFor;
  const first = await until(read, (wait) => wait?.message.includes("takes the run") === true);
  expect(first).toMatchObject({ stage: "GENERATE", step: 1, attempt: 1, queue: "policy", nodes: 0, node: null, isStalled: false });
  expect(first.message).toMatch(
    /^update of step 1 waits for rollouts: nobody has begun generate for \d+ s: no policy node takes the run, which needs engine embedded: there is none; start one with: gradus worker --role policy --engine embedded$/,
  );
  const { prisma } = world.database;
  const sandbox = {
    backend: "bubblewrap",
    slots: 2,
    running: 2,
    waiting: 120,
    finished: 0,
    sandboxErrors: 0,
    replacedSlots: 0,
    leakedProcesses: 0,
    utilisation: 1,
    queueWaitMs: null,
  };
  const node = { roles: ["SANDBOX" as const], labels: {}, capabilities: {} };
  await prisma.node.create({ data: { ...node, id: "sandbox-1", lastSeenAt: ago(1), report: { sandbox } } });
  await prisma.node.create({ data: { ...node, id: "sandbox-2", lastSeenAt: ago(45), report: { sandbox } } });
  await prisma.node.create({ data: { ...node, id: "gone", lastSeenAt: ago(45), stoppedAt: ago(45) } });
  const attempt = { scope: `${id}/step/1`, scopeKind: "STEP" as const, runId: id, step: 1, attempt: 1, nodeId: "p" };
  await prisma.stageExecution.create({
    data: { ...attempt, id: `${id}/g`, stage: "GENERATE", outcome: "COMPLETED", startedAt: ago(100), endedAt: ago(40) },
  });
  const second = await read();
  expect(second).toMatchObject({
    stage: "EXECUTE",
    step: 1,
    queue: "sandbox",
    queueDepth: 0,
    nodes: 2,
    programsWaiting: 120,
    isStalled: false,
  });
  expect(second.message).toMatch(
    /^update of step 1 waits for rollouts: nobody has begun execute for 4\d s: 120 programs in line, 1 of 2 sandbox nodes silent \(sandbox-2 for 4\d s\)$/,
  );
  await prisma.stageExecution.create({ data: { ...attempt, id: `${id}/e`, stage: "EXECUTE", nodeId: "sandbox-2", startedAt: ago(39) } });
  const third = await read();
  expect(third).toMatchObject({ stage: "EXECUTE", node: { id: "sandbox-2" }, silentNodes: [{ id: "sandbox-2" }], isStalled: true });
  expect(third.message).toMatch(/execute has run on sandbox-2 for (39|4\d) s: sandbox-2 is silent/);
  await prisma.stageExecution.deleteMany({ where: { runId: id } });
  await prisma.node.deleteMany({ where: { roles: { has: "SANDBOX" } } });
}

test("an experiment is started once however often it is asked, steered run by run, and cancelled whole", async () => {
  const source = SAMPLE.replace("seeds:", `problems: { set: ${await importProblems()} }\nseeds:`);
  const [first, second] = await Promise.all([1, 2].map(async () => (await get(url, CREATE, { source, key: "steered" })).createExperiment));
  expect(first).toMatchObject({ ok: true, error: null });
  expect(second).toEqual(first);
  const { id } = first.experiment as { id: string };
  const read = async (): Promise<State> => (await get(url, STATE, { id })).experiment;

  const begun = await until(read, ({ runs }) => runs.filter(({ status }) => status === "RUNNING").length === 2);
  expect(begun.status).toBe("RUNNING");
  await diagnose(begun.runs.find(({ status }) => status === "RUNNING")?.id ?? "");
  const [one, two] = begun.runs.filter(({ status }) => status === "RUNNING").map((run) => run.id);

  const client = connect(url);
  const events = client.iterate<{ runEvents: { event: { status?: string; totalSteps?: number } } }>({
    query:
      "subscription ($id: ID!) { runEvents(runId: $id) { event { ... on StatusChanged { status } ... on StepsChanged { totalSteps } } } }",
    variables: { id: one },
  });
  expect((await get(url, `mutation ($id: ID!) { setTotalSteps(id: $id, totalSteps: 7) ${RESULT} }`, { id: one })).setTotalSteps).toEqual({
    ok: true,
    error: null,
  });
  expect((await get(url, `mutation ($id: ID!) { setTotalSteps(id: $id, totalSteps: 0) ${RESULT} }`, { id: one })).setTotalSteps.ok).toBe(
    false,
  );
  expect(
    (
      await get(url, `mutation ($id: ID!) { pauseRun(id: $id) ${RESULT} resumeRun(id: $id) ${RESULT} cancelRun(id: $id) ${RESULT} }`, {
        id: one,
      })
    ).cancelRun.ok,
  ).toBe(true);
  const told: unknown[] = [];
  for await (const { data } of events) {
    const event = data?.runEvents.event;
    told.push(event?.status ?? event?.totalSteps);
    if (event?.status === "CANCELLED") break;
  }
  // Twice: that it waits for a place, and why, is an event of its own.
  expect(told).toEqual(["RUNNING", "RUNNING", 7, "CANCELLED"]);
  await client.dispose();
  expect((await get(url, `mutation ($id: ID!) { pauseRun(id: $id) ${RESULT} }`, { id: one })).pauseRun.error.message).toBe(
    `run ${one} has ended: CANCELLED`,
  );

  expect((await get(url, `mutation ($id: ID!) { cancelExperiment(id: $id) ${RESULT} }`, { id })).cancelExperiment.ok).toBe(true);
  const ended = await until(read, ({ status, runs }) => status === "CANCELLED" && runs.every((run) => run.status === "CANCELLED"));
  expect(ended.runs.find((run) => run.id === two)?.status).toBe("CANCELLED");
});

test("runs that wait for their turn are paused and cancelled at once, the experiment goes past them, and kills change nothing of it", async () => {
  const source = SAMPLE.replace(/seeds: .*/, `problems: { set: ${await importProblems()} }\nseeds: [1, 2, 3]`);
  const { id } = (await get(url, CREATE, { source, key: "queued" })).createExperiment.experiment as { id: string };
  const read = async (): Promise<State> => (await get(url, STATE, { id })).experiment;
  const [paused, cancelled, last] = ["uniform.2", "classic.2", "classic.3"].map((rest) => `${id}.${rest}`);
  const steer = async (verb: string, of: string | undefined) =>
    (await get(url, `mutation ($id: ID!) { answer: ${verb}(id: $id) { ok error { message } run { status } } }`, { id: of })).answer;
  const statuses = async (): Promise<Record<string, string>> =>
    Object.fromEntries((await read()).runs.map((run) => [run.id.slice(id.length + 1), run.status]));

  await until(statuses, (now) => now["uniform.1"] === "RUNNING" && now["classic.1"] === "RUNNING");
  expect(await steer("pauseRun", paused)).toMatchObject({ ok: true, run: { status: "PAUSED" } });
  expect(await steer("cancelRun", cancelled)).toMatchObject({ ok: true, run: { status: "CANCELLED" } });
  for (const { pid, exited } of [api, worker]) {
    process.kill(pid, "SIGKILL");
    await exited;
  }
  await start();

  // Its place goes to the run after those two.
  expect(await steer("cancelRun", `${id}.uniform.1`)).toMatchObject({ ok: true });
  const passed = await until(statuses, (now) => now["uniform.3"] === "RUNNING");
  expect(passed).toMatchObject({ "uniform.2": "PAUSED", "classic.1": "RUNNING", "classic.2": "CANCELLED", "classic.3": "QUEUED" });

  // A resumed run goes before those that were to follow it.
  expect(await steer("resumeRun", paused)).toMatchObject({ ok: true, run: { status: "QUEUED" } });
  expect(await steer("pauseRun", last)).toMatchObject({ ok: true, run: { status: "PAUSED" } });
  expect(await steer("cancelRun", `${id}.classic.1`)).toMatchObject({ ok: true });
  await until(statuses, (now) => now["uniform.2"] === "RUNNING");
  for (const run of [`${id}.uniform.3`, paused]) expect(await steer("cancelRun", run)).toMatchObject({ ok: true });
  await until(statuses, (now) => now["uniform.2"] === "CANCELLED" && now["uniform.3"] === "CANCELLED");

  // The experiment waits for the one that is still paused, and for nothing once that is cancelled.
  expect(await read()).toMatchObject({ status: "RUNNING" });
  expect(await steer("cancelRun", last)).toMatchObject({ ok: true, run: { status: "CANCELLED" } });
  await until(read, ({ status }) => status === "CANCELLED");
  const begun = await world.database.prisma.run.findMany({ where: { experimentId: id, startedAt: { not: null } }, orderBy: { id: "asc" } });
  expect(begun.map((run) => run.id.slice(id.length + 1))).toEqual(["classic.1", "uniform.1", "uniform.2", "uniform.3"]);
});

test("a run by itself, as a fork is, that was paused before it began waits until it is resumed, and one that was cancelled ends", async () => {
  const source = SAMPLE.replace("seeds:", `problems: { set: ${await importProblems()} }\nseeds:`);
  const create = CREATE.replace("start: true", "start: false");
  const { id } = (await get(url, create, { source, key: "by itself" })).createExperiment.experiment as { id: string };
  const status = async (of: string): Promise<string> =>
    (await get(url, "query ($id: ID!) { run(id: $id) { status } }", { id: of })).run.status as string;
  const steer = async (verb: string, of: string) =>
    (await get(url, `mutation ($id: ID!) { answer: ${verb}(id: $id) { ok run { status } } }`, { id: of })).answer;
  const [paused, cancelled] = [`${id}.uniform.1`, `${id}.uniform.2`];
  for (const run of [paused, cancelled]) expect(await steer("pauseRun", run)).toEqual({ ok: true, run: { status: "PAUSED" } });
  const client = await connectTemporal(world.temporal.address);
  const [waiting, ending] = await Promise.all(
    [paused, cancelled].map((runId) =>
      client.workflow.start(TRAINING_RUN_WORKFLOW, {
        workflowId: trainingRunWorkflowId(runId),
        taskQueue: CONTROL_QUEUE,
        args: [{ runId }],
      }),
    ),
  );
  expect(await steer("cancelRun", cancelled)).toEqual({ ok: true, run: { status: "CANCELLED" } });
  expect(await ending?.result()).toEqual({ status: "CANCELLED", steps: 0 });
  expect(await status(paused)).toBe("PAUSED");
  expect((await waiting?.describe())?.status.name).toBe("RUNNING");
  expect(await steer("resumeRun", paused)).toMatchObject({ ok: true });
  await until(
    () => status(paused),
    (now) => now === "RUNNING",
  );
  expect(await steer("cancelRun", paused)).toMatchObject({ ok: true });
  expect(await waiting?.result()).toMatchObject({ status: "CANCELLED" });
  await client.connection.close();
});

test("task queues tell what lies there, also where nobody takes from them", async () => {
  const QUEUES = "{ taskQueues { name role depth oldestSeconds addedPerSecond takenPerSecond node { id } } }";
  const read = async (): Promise<{ readonly name: string; readonly depth: number | null }[]> => (await get(url, QUEUES)).taskQueues;
  const { prisma } = world.database;
  const own = { id: "p-1", roles: ["POLICY" as const], taskQueue: "policy/p-1", labels: {}, capabilities: {}, lastSeenAt: ago(1) };
  await prisma.node.create({ data: own });
  // A warm start is made by a policy node, and none is there.
  expect((await get(url, "mutation { pretrain(input: { steps: 1 }) { ok } }")).pretrain.ok).toBe(true);
  const queues = await until(read, (all) => all.find(({ name }) => name === "policy")?.depth === 1);
  expect(queues).toEqual([
    expect.objectContaining({ name: "control", role: "CONTROL", depth: 0, oldestSeconds: 0, node: null }),
    expect.objectContaining({ name: "sandbox", role: "SANDBOX", depth: 0, node: null }),
    {
      name: "policy",
      role: "POLICY",
      depth: 1,
      oldestSeconds: expect.any(Number),
      addedPerSecond: expect.any(Number),
      takenPerSecond: 0,
      node: null,
    },
    expect.objectContaining({ name: "policy-tinker", role: "POLICY", depth: 0, node: null }),
    expect.objectContaining({ name: "policy/p-1", role: "POLICY", depth: 0, node: { id: "p-1" } }),
  ]);
  await prisma.node.delete({ where: { id: own.id } });
});
