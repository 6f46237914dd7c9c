// Owns: what a person may do to a run, on runs that really train: fork it, pause it, give it another length, resume it, cancel it.
import { setTimeout as pause } from "node:timers/promises";
import { CurriculumSpec } from "@gradus/domain";
import { CONTROL_QUEUE, TRAINING_RUN_WORKFLOW, trainingRunWorkflowId } from "@gradus/workflows";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stepCompleted } from "../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment, traceOf } from "../testkit/planted-experiment.ts";
import { connect, get } from "../testkit/api/test-api.ts";
import { startWorld } from "../testkit/world.ts";
import type { World } from "../testkit/world.ts";

const STEPS = 6;
const FORKED_AT = 3;
const training = { steps: STEPS, groupsPerStep: 4, groupSize: 4 };
const evaluation = { every: 2 };
// Draws by what it has seen, so a fork that lost its state would draw other problems.
const curriculum = { name: "dump", curriculum: CurriculumSpec.parse({ sampler: { kind: "dump" } }) };
const SEED = 11;

let world: World;
let url: string;
let parent: string;
let client: Awaited<ReturnType<typeof connectTemporal>>;

beforeAll(async () => {
  world = await startWorld();
  [{ url }, client] = await Promise.all([world.startApi(), connectTemporal(world.temporal.address), world.startWorker()]);
  [parent = ""] = await plantExperiment(world, { id: "parent", seeds: [SEED], training, evaluation, curricula: [curriculum] });
  await (
    await startExperiment(client, "parent")
  )();
});
afterAll(async () => {
  await client.connection.close();
  await world.close();
});

const RESULT = "{ ok error { message } run { id status totalSteps } }";
const ask = async (mutation: string, variables: object = {}) =>
  Object.values(await get<Record<string, { ok: boolean; error: unknown; run: { id: string } }>>(url, mutation, variables))[0] ??
  expect.unreachable("no answer");

async function fork(input: object): Promise<string> {
  const { ok, error, run } = await ask(`mutation ($input: ForkRunInput!) { forkRun(input: $input) ${RESULT} }`, {
    input: { runId: parent, fromStep: FORKED_AT, ...input },
  });
  expect(ok, JSON.stringify(error)).toBe(true);
  return run.id;
}

interface Seen {
  readonly status: string;
  readonly totalSteps: number;
  readonly stepsDone: number;
  readonly provenance: Readonly<Record<string, string>>;
  readonly metricSeries: readonly {
    readonly name: string;
    readonly buckets: readonly { readonly fromStep: number; readonly last: number }[];
  }[];
}

async function seen(id: string): Promise<Seen> {
  const { run } = await get(
    url,
    `query ($id: ID!) { run(id: $id) { status totalSteps stepsDone provenance metricSeries(names: ["train/reward"]) { name buckets { fromStep last } } } }`,
    { id },
  );
  return run as Seen;
}

async function whenIn(id: string, status: string): Promise<Seen> {
  for (;;) {
    const run = await seen(id);
    if (run.status === status) return run;
    if (["COMPLETED", "FAILED", "CANCELLED"].includes(run.status)) expect.unreachable(`run ${id} is ${run.status}, not ${status}`);
    await pause(100);
  }
}

type Trace = {
  readonly [Part in "rollouts" | "policies" | "points" | "evaluations"]: readonly { readonly step: number; readonly kind?: string }[];
};
const tracesFrom = async (runId: string, step: number): Promise<Trace> => {
  const trace = (await traceOf(world.database, runId)) as Trace;
  const later = <Row extends { readonly step: number }>(rows: readonly Row[]): Row[] => rows.filter((row) => row.step >= step);
  const { rollouts, policies, points, evaluations } = trace;
  return { rollouts: later(rollouts), policies: later(policies), points: later(points), evaluations: later(evaluations) };
};

test("a fork without overrides repeats its parent: it begins with that step's policy, curriculum state and place", async () => {
  const id = await fork({ arm: "same" });
  const ended = await whenIn(id, "COMPLETED");
  expect(ended.provenance).toMatchObject({ forkedFrom: `${parent} step ${FORKED_AT}`, resumedFrom: `step ${FORKED_AT}` });
  expect(await tracesFrom(id, FORKED_AT + 1)).toEqual(await tracesFrom(parent, FORKED_AT + 1));
  // The whole curve, that of the parent before it included.
  expect(ended.metricSeries).toEqual((await seen(parent)).metricSeries);
  const own = await world.database
    .sql`select distinct step from "StageExecution" where "runId" = ${id} and "scopeKind" = 'STEP' order by step`;
  expect(own.map(({ step }) => step)).toEqual([4, 5, 6]);
});

test("a fork with overrides makes its parent's rollouts once more and another policy of them", async () => {
  const id = await fork({ arm: "faster", overrides: { training: { steps: 5, optimizer: { learningRate: 0.002 } } } });
  expect(await whenIn(id, "COMPLETED")).toMatchObject({ stepsDone: 5, totalSteps: 5 });
  const [first, ofParent] = await Promise.all([tracesFrom(id, FORKED_AT + 1), tracesFrom(parent, FORKED_AT + 1)]);
  const at = (rows: Trace["rollouts"]) => rows.filter(({ kind, step }) => kind === "STEP" && step === FORKED_AT + 1);
  expect(at(first.rollouts)).toEqual(at(ofParent.rollouts));
  expect(at(first.rollouts)).toHaveLength(16);
  expect(first.policies[0]).not.toEqual(ofParent.policies[0]);
});

test("a run that trains is paused between two steps, given another length, and resumed to that length", async () => {
  const [runId = ""] = await plantExperiment(world, {
    id: "steered",
    seeds: [SEED],
    training: { ...training, steps: 200 },
    curricula: [curriculum],
  });
  const ended = await startExperiment(client, "steered");
  await stepCompleted(world, runId, 1);
  expect(await ask(`mutation ($id: ID!) { pauseRun(id: $id, cause: "to look") ${RESULT} }`, { id: runId })).toMatchObject({ ok: true });
  const { stepsDone } = await whenIn(runId, "PAUSED");
  const shorter = await ask(`mutation ($id: ID!) { setTotalSteps(id: $id, totalSteps: ${stepsDone}) ${RESULT} }`, { id: runId });
  expect(shorter).toMatchObject({ ok: false, error: { message: expect.stringContaining(`at least ${stepsDone + 1}`) as string } });
  const length = stepsDone + 2;
  expect(await ask(`mutation ($id: ID!) { setTotalSteps(id: $id, totalSteps: ${length}) ${RESULT} }`, { id: runId })).toMatchObject({
    ok: true,
    run: { totalSteps: length },
  });
  expect((await seen(runId)).status).toBe("PAUSED");
  expect(await ask(`mutation ($id: ID!) { resumeRun(id: $id) ${RESULT} }`, { id: runId })).toMatchObject({ ok: true });
  expect(await ended()).toMatchObject({ status: "COMPLETED" });
  expect(await seen(runId)).toMatchObject({ status: "COMPLETED", stepsDone: length, totalSteps: length });

  const events = await world.database.sql<{ type: string; data: { status?: string; step?: number } }[]>`
    select type, data from "Event" where "runId" = ${runId} and type in ('STATUS_CHANGED', 'STEP_COMPLETED', 'STEPS_CHANGED') order by position`;
  const told = events.map(({ type, data }) => data.status ?? data.step ?? type);
  expect(told).toEqual([
    "RUNNING",
    ...Array.from({ length: stepsDone }, (_, index) => index + 1),
    "PAUSED",
    "STEPS_CHANGED",
    "RUNNING",
    stepsDone + 1,
    stepsDone + 2,
    "COMPLETED",
  ]);
});

test("a run that waits for its turn has another length at once, and trains to that one when its turn comes", async () => {
  const [first = "", waiting = ""] = await plantExperiment(world, { id: "waits", seeds: [1, 2], training, concurrency: 1 });
  const ended = await startExperiment(client, "waits");
  await stepCompleted(world, first, 1);
  const length = async (totalSteps: number) =>
    ask(`mutation ($id: ID!) { setTotalSteps(id: $id, totalSteps: ${totalSteps}) ${RESULT} }`, { id: waiting });
  expect(await length(0)).toMatchObject({ ok: false, error: { message: "totalSteps: expected at least 1: 0 are done, got 0" } });
  expect(await length(2)).toMatchObject({ ok: true, run: { status: "QUEUED", totalSteps: 2 } });
  expect(await ended()).toMatchObject({ status: "COMPLETED", runs: { completed: 2 } });
  expect(await seen(first)).toMatchObject({ stepsDone: STEPS, totalSteps: STEPS });
  expect(await seen(waiting)).toMatchObject({ stepsDone: 2, totalSteps: 2 });
  const events = await world.database.sql<{ type: string; data: { status?: string; step?: number } }[]>`
    select type, data from "Event" where "runId" = ${waiting} and type in ('STATUS_CHANGED', 'STEP_COMPLETED', 'STEPS_CHANGED') order by position`;
  expect(events.map(({ type, data }) => data.status ?? data.step ?? type)).toEqual(["STEPS_CHANGED", "RUNNING", 1, 2, "COMPLETED"]);
});

test("a run that is given another length while it begins, after it has read its own, trains to that one", async () => {
  const [runId = ""] = await plantExperiment(world, { id: "begins", training });
  const run = await world.database.sql.begin(async (tx) => {
    // What beginning writes after it has read how long the run is stands still.
    await tx`lock table "ProblemSet" in access exclusive mode`;
    const started = await client.workflow.start(TRAINING_RUN_WORKFLOW, {
      workflowId: trainingRunWorkflowId(runId),
      taskQueue: CONTROL_QUEUE,
      args: [{ runId }],
    });
    const waiting = () => tx`select 1 from pg_locks where not granted and relation = '"ProblemSet"'::regclass`;
    while ((await waiting()).length === 0) await pause(100);
    const given = await ask(`mutation ($id: ID!) { setTotalSteps(id: $id, totalSteps: 2) ${RESULT} }`, { id: runId });
    expect(given).toMatchObject({ ok: true, run: { status: "RUNNING", totalSteps: 2 } });
    return started;
  });
  expect((await run.result()) as unknown).toMatchObject({ status: "COMPLETED", steps: 2 });
  expect(await seen(runId)).toMatchObject({ stepsDone: 2, totalSteps: 2 });
});

test("a run that trains is cancelled: it ends, tells why, and its stream ends with it", async () => {
  const id = await fork({ arm: "long", overrides: { training: { steps: 500 } } });
  const live = connect(url);
  const events = live.iterate<{ runEvents: { event: { status?: string; cause?: string; step?: number } } }>({
    query:
      "subscription ($id: ID!) { runEvents(runId: $id) { event { ... on StatusChanged { status cause } ... on StepCompleted { step } } } }",
    variables: { id },
  });
  const told: (string | number)[] = [];
  for await (const { data } of events) {
    const { status, step } = data?.runEvents.event ?? {};
    if (status !== undefined || step !== undefined) told.push(status ?? step ?? "");
    if (step === FORKED_AT + 1)
      expect(await ask(`mutation ($id: ID!) { cancelRun(id: $id) ${RESULT} }`, { id })).toMatchObject({ ok: true });
    if (status === "CANCELLED") break;
  }
  expect(told.slice(0, 2)).toEqual(["RUNNING", FORKED_AT + 1]);
  expect((await client.workflow.getHandle(`run/${id}`).result()) as unknown).toMatchObject({ status: "CANCELLED" });
  expect((await ask(`mutation ($id: ID!) { resumeRun(id: $id) ${RESULT} }`, { id })).error).toMatchObject({
    message: `run ${id} has ended: CANCELLED`,
  });
  await live.dispose();
});
