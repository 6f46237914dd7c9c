import { openDatabase } from "@gradus/prisma/database";
import type { Database } from "@gradus/prisma/database";
import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCountingProxy } from "../../testkit/api/counting-proxy.ts";
import type { CountingProxy } from "../../testkit/api/counting-proxy.ts";
import { fillProblems, fillRun } from "../../testkit/api/fill-experiment.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { ask, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let proxy: CountingProxy;
let counted: Database;
let api: TestApi;
let setId: string;
let id: string;
let runIds: readonly string[];
let runId: string;

const results = (passes: number) => ({ nodes: [1, 2].map(() => ({ passes, samples: 4 })) });
/** The run that has more points than the others. */
const long = (): string => runIds[3] ?? "";

beforeAll(async () => {
  world = await startDatabaseWorld();
  proxy = await startCountingProxy(world.databaseUrl);
  counted = openDatabase(proxy.url);
  api = await startTestApi(counted);
  setId = await fillProblems(world.database);
  ({ id, runIds } = await createSample(world.database, "filled"));
  [runId = ""] = runIds;
  for (const each of runIds) await fillRun(world.database, each, setId);
});
afterAll(async () => {
  await api.close();
  await counted.close();
  await proxy.close();
  await world.close();
});

describe("a run", () => {
  test("shows its steps with summary, groups, rollouts and every attempt of every stage", async () => {
    const { run } = await get(
      api.url,
      `query ($id: ID!) { run(id: $id) { status stepsDone node { id isAlive } steps(first: 2) { pageInfo { hasNextPage endCursor } nodes { step policyVersion
        summary { passRate passRateByBucket { bucket value } drawnByBucket { bucket count } sandboxErrors }
        groups { ordinal admitted refusedBy problem { message entryPoint tests { args expected } } rollouts { index reward advantage completionTokenCount execution { tests { verdict detail } } } }
        stageExecutions { stage attempt outcome nodeId } } } step(step: 3) { step } missing: step(step: 4) { step } } }`,
      { id: runId },
    );
    expect(run).toMatchObject({ status: "RUNNING", stepsDone: 3, node: { id: "node-1", isAlive: true }, step: { step: 3 }, missing: null });
    expect(run.steps.pageInfo.hasNextPage).toBe(true);
    const [first] = run.steps.nodes;
    expect(first.summary).toEqual({
      passRate: 0.5,
      passRateByBucket: [{ bucket: "EASY", value: 0.75 }],
      drawnByBucket: [{ bucket: "EASY", count: 2 }],
      sandboxErrors: 1,
    });
    expect(first.groups.map((group: { admitted: boolean; refusedBy: string | null }) => [group.admitted, group.refusedBy])).toEqual([
      [true, null],
      [false, "zero-variance"],
    ]);
    expect(first.groups[0]).toMatchObject({ problem: { entryPoint: "f", tests: [{ args: "1", expected: "2" }] } });
    expect(first.groups[0].rollouts[1]).toEqual({
      index: 1,
      reward: 1,
      advantage: 0.5,
      completionTokenCount: 2,
      execution: { tests: [{ verdict: "OK", detail: null }] },
    });
    expect(first.stageExecutions).toEqual([
      { stage: "GENERATE", attempt: 1, outcome: "LOST", nodeId: "node-1" },
      { stage: "GENERATE", attempt: 2, outcome: "COMPLETED", nodeId: "node-1" },
    ]);
    const REST =
      "query ($id: ID!, $after: Cursor) { run(id: $id) { steps(first: 2, after: $after) { nodes { step } pageInfo { hasNextPage } } } }";
    const rest = await get(api.url, REST, { id: runId, after: run.steps.pageInfo.endCursor });
    expect(rest.run.steps).toEqual({ nodes: [{ step: 3 }], pageInfo: { hasNextPage: false } });
  });

  test("shows its policy versions with checkpoints larger than 2^31 bytes, and its evaluations by bucket and problem", async () => {
    const { run } = await get(
      api.url,
      `query ($id: ID!) { run(id: $id) { policyVersions(first: 2) { nodes { version report { loss tokens } checkpoint { bytes engine } } }
        evaluations { step passAt1 problemCount byBucket { bucket passAt1 problemCount } results { nodes { passes samples } } } } }`,
      { id: runId },
    );
    expect(run.policyVersions.nodes).toEqual([
      { version: 0, report: null, checkpoint: { bytes: 3_000_000_000, engine: "embedded" } },
      { version: 1, report: { loss: 0.1, tokens: 10 }, checkpoint: { bytes: 3_000_000_000, engine: "embedded" } },
    ]);
    expect(run.evaluations).toEqual([
      { step: 0, passAt1: 0.25, problemCount: 2, byBucket: [{ bucket: "MEDIUM", passAt1: 0.25, problemCount: 2 }], results: results(1) },
      { step: 3, passAt1: 0.5, problemCount: 2, byBucket: [{ bucket: "MEDIUM", passAt1: 0.5, problemCount: 2 }], results: results(2) },
    ]);
  });

  test("pages its stage executions in the order they began", async () => {
    const PAGE =
      "query ($id: ID!, $after: Cursor) { run(id: $id) { stageExecutions(first: 4, after: $after) { nodes { id } pageInfo { endCursor hasNextPage } } } }";
    const one = (await get(api.url, PAGE, { id: runId })).run.stageExecutions;
    const two = (await get(api.url, PAGE, { id: runId, after: one.pageInfo.endCursor })).run.stageExecutions;
    const ids = [...one.nodes, ...two.nodes].map((node: { id: string }) => node.id);
    expect(ids).toEqual([1, 2, 3].flatMap((step) => [1, 2].map((attempt) => `${runId}/step/${step}/GENERATE/${attempt}`)));
    expect([one.pageInfo.hasNextPage, two.pageInfo.hasNextPage]).toEqual([true, false]);
  });
});

describe("rollouts", () => {
  const ROLLOUTS =
    "query ($filter: RolloutFilter!, $first: Int, $after: Cursor) { rollouts(filter: $filter, first: $first, after: $after) { nodes { id group { id step } } pageInfo { endCursor hasNextPage } } }";

  test("are paged by group and index, each once", async () => {
    const ids: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const { rollouts }: { rollouts: { nodes: { id: string }[]; pageInfo: { endCursor: string; hasNextPage: boolean } } } = await get(
        api.url,
        ROLLOUTS,
        { filter: { runId }, first: 5, after },
      );
      ids.push(...rollouts.nodes.map((node) => node.id));
      ({ endCursor: after, hasNextPage: more } = rollouts.pageInfo);
    }
    expect(ids).toEqual(
      [1, 2, 3].flatMap((step) => [0, 1].flatMap((group) => [0, 1].map((index) => `${runId}/step/${step}/${group}/${index}`))),
    );
  });

  test("are found by step, group, problem and reward, and asked of something", async () => {
    const { problems } = await get(
      api.url,
      "query ($set: ID) { problems(filter: { problemSet: $set, split: TRAIN }) { totalCount nodes { id } } }",
      { set: setId },
    );
    expect(problems.totalCount).toBe(4);
    const found = async (filter: object): Promise<number> =>
      (await get(api.url, "query ($filter: ProblemFilter) { problems(filter: $filter) { totalCount } }", { filter })).problems.totalCount;
    expect(await found({ environment: "INDUCTION", bucket: "MEDIUM", originContains: "TES" })).toBe(6);
    expect(await found({ split: "HELD_OUT" })).toBe(2);
    expect([await found({ environment: "CONTEST" }), await found({ bucket: "EASY" }), await found({ originContains: "nobody" })]).toEqual([
      0, 0, 0,
    ]);
    const { problem } = await get(
      api.url,
      "query ($id: ID!) { problem(id: $id) { memberships { problemSetId split bucket passes attempts } } }",
      { id: problems.nodes[0].id },
    );
    expect(problem.memberships).toEqual([{ problemSetId: setId, split: "TRAIN", bucket: "MEDIUM", passes: 16, attempts: 32 }]);
    const count = async (filter: object) => (await get(api.url, ROLLOUTS, { filter, first: 200 })).rollouts.nodes.length;
    expect(await count({ runId, step: 2 })).toBe(4);
    expect(await count({ groupId: `${runId}/step/2/1` })).toBe(2);
    expect(await count({ runId, minReward: 0.5 })).toBe(6);
    expect((await ask(api.url, ROLLOUTS, { filter: {} })).errors?.[0]?.extensions?.["code"]).toBe("BAD_USER_INPUT");
  });
});

describe("metric series", () => {
  const SERIES =
    "query ($ids: [ID!]!, $names: [String!]!, $max: Int) { metricSeries(runIds: $ids, names: $names, maxPoints: $max) { runId name bucketWidth buckets { fromStep toStep min max mean count nonFinite last } } }";
  const name = "policy/loss";

  beforeAll(async () => {
    const points = Array.from({ length: 100 }, (_, index) => ({
      name,
      step: index + 1,
      value: index + 1 === 50 ? Number.NaN : index + 1 === 60 ? Number.POSITIVE_INFINITY : index + 1,
    }));
    await inRun(world.database.sql, long(), null, (tx, emit) => recordPoints(tx, emit, long(), points));
  });

  test("hold every point where there is room, and say nothing of a name without points", async () => {
    const { metricSeries } = await get(api.url, SERIES, { ids: [runId], names: ["train/reward", "none"], max: 3 });
    expect(metricSeries[0].buckets.map((bucket: { last: number; count: number }) => [bucket.last, bucket.count])).toEqual([
      [0.1, 1],
      [0.2, 1],
      [0.3, 1],
    ]);
    expect(metricSeries[1]).toEqual({ runId, name: "none", bucketWidth: 1, buckets: [] });
  });

  test("fall into the same aligned buckets as the run grows, with min, max, mean, count, last and non-finite values counted apart", async () => {
    const { metricSeries } = await get(api.url, SERIES, { ids: [long()], names: [name], max: 13 });
    const [{ bucketWidth, buckets }] = metricSeries;
    expect(bucketWidth).toBe(8);
    expect(buckets).toHaveLength(13);
    expect(buckets[0]).toEqual({ fromStep: 1, toStep: 7, min: 1, max: 7, mean: 4, count: 7, nonFinite: 0, last: 7 });
    expect(buckets[6]).toEqual({
      fromStep: 48,
      toStep: 55,
      min: 48,
      max: 55,
      mean: (48 + 49 + 51 + 52 + 53 + 54 + 55) / 7,
      count: 8,
      nonFinite: 1,
      last: 55,
    });
    const twelve = await get(api.url, SERIES, { ids: [long()], names: [name], max: 12 });
    expect(twelve.metricSeries[0].bucketWidth).toBe(16);
  });

  test("name what a run has, searched and paged", async () => {
    const NAMES =
      "query ($id: ID!, $contains: String, $after: Cursor) { run(id: $id) { metricNames(contains: $contains, first: 1, after: $after) { nodes { name points lastStep lastValue } pageInfo { endCursor hasNextPage } } } }";
    const first = (await get(api.url, NAMES, { id: long() })).run.metricNames;
    expect(first.nodes).toEqual([{ name, points: 100, lastStep: 100, lastValue: 100 }]);
    const second = (await get(api.url, NAMES, { id: long(), after: first.pageInfo.endCursor })).run.metricNames;
    expect(second).toMatchObject({ nodes: [{ name: "train/reward", points: 3 }], pageInfo: { hasNextPage: false } });
    expect((await get(api.url, NAMES, { id: long(), contains: "REW" })).run.metricNames.nodes).toHaveLength(1);
  });
});

test("an operation costs as many statements for four runs as for one", async () => {
  const WIDE = `query ($ids: [ID!]) { runs(filter: { ids: $ids }) { nodes { id experiment { name project { name } arms { name } } arm { name curriculum { name } } node { id } forkedFrom { id }
    steps { nodes { step summary { passRate } groups { problem { message } rollouts { reward group { id } } } stageExecutions { outcome } } }
    stageExecutions { nodes { id } } policyVersions { nodes { checkpoint { bytes } } } evaluations { passAt1 byBucket { passAt1 } results { nodes { passes } } }
    metricNames { nodes { name } } metricSeries(names: ["train/reward"]) { buckets { mean } } cursor } } }`;
  await get(api.url, WIDE, { ids: [runId] });
  proxy.take();
  await get(api.url, WIDE, { ids: [runId] });
  const one = proxy.take();
  await get(api.url, WIDE, { ids: runIds });
  const four = proxy.take();
  expect(four).toBe(one);
  expect(one).toBeLessThanOrEqual(30);
});

test("anything with an id over all types is found by it alone, and comes back as what it is", async () => {
  const found = await get(
    api.url,
    `query ($id: ID!, $set: ID!, $rollout: ID!, $evaluation: ID!) { experiment(id: $id) { id globalId project { id globalId } arms { id globalId } runs { id globalId } }
      problemSet(id: $set) { id globalId members(first: 1) { nodes { problem { id globalId } } } } rollout(id: $rollout) { id globalId group { id globalId } } evaluation(id: $evaluation) { id globalId } }`,
    { id, set: setId, rollout: `${runId}/step/1/0/0`, evaluation: `${runId}/evaluation/0` },
  );
  const { experiment, problemSet, rollout, evaluation } = found;
  const things: readonly [type: string, thing: { id: string; globalId: string }][] = [
    ["Experiment", experiment],
    ["Project", experiment.project],
    ["Arm", experiment.arms[0]],
    ["Run", experiment.runs[0]],
    ["ProblemSet", problemSet],
    ["Problem", problemSet.members.nodes[0].problem],
    ["Rollout", rollout],
    ["Group", rollout.group],
    ["Evaluation", evaluation],
  ];
  expect(new Set(things.map(([, { globalId }]) => globalId)).size).toBe(things.length);
  for (const [type, thing] of things) {
    const { node } = await get(api.url, `query ($of: ID!) { node(globalId: $of) { __typename globalId ... on ${type} { id } } }`, {
      of: thing.globalId,
    });
    expect(node).toEqual({ __typename: type, globalId: thing.globalId, id: thing.id });
  }
  const gone = Buffer.from("Run:nobody").toString("base64url");
  expect(await get(api.url, "query ($of: ID!) { node(globalId: $of) { globalId } }", { of: gone })).toEqual({ node: null });
  const { errors } = await ask(api.url, "query ($of: ID!) { node(globalId: $of) { globalId } }", { of: runId });
  expect(errors?.[0]?.extensions).toMatchObject({ code: "BAD_USER_INPUT" });
});

test("every field of the schema that needs no argument resolves without an error", async () => {
  const { experiment } = await get(
    api.url,
    `query ($id: ID!) { experiment(id: $id) { id question status cause specification createdAt startedAt finishedAt cursor problemSet { id } project { id name createdAt } sharedEvaluations { id }
      runs { id provenance createdAt forkedFromStep leaseEpoch totalSteps } arms { ordinal experiment { id } runs { seed } curriculum { id specification contentHash createdAt } } } }`,
    { id },
  );
  expect(experiment).toMatchObject({ status: "QUEUED", runs: { length: 4 } });
  expect(experiment.runs[0].provenance).toMatchObject({ gradusVersion: expect.any(String), host: { platform: process.platform } });
  const rest = await get(
    api.url,
    `query ($set: ID!, $rollout: ID!, $group: ID!, $evaluation: ID!) { server { version storeEpoch now } workerNodes { id roles labels capabilities startedAt lastSeenAt stoppedAt isAlive taskQueue sandbox { backend slots running waiting finished utilisation queueWaitMs sandboxErrors errorRate replacedSlots leakedProcesses } } projects { id } project(id: "default") { name }
      problemSets { nodes { id name contentHash createdAt counts { split bucket count } members(first: 3) { nodes { ordinal split passes attempts bucket problem { id environment astHash origin { teacher } operations parent { id } chain rung reference visibleTests } } } } }
      problemSet(id: $set) { name } rollout(id: $rollout) { completion logProbs promptTokenCount finishReason attempt generatedAt verdict sandboxErrors policyHash execution { cpuMs wallMs stdout stderr } }
      group(id: $group) { scopeKind size prompt meanReward bucket runId } evaluation(id: $evaluation) { runId samples temperature createdAt completedAt policyHash } metricDefinitions { name unit reproducible description } }`,
    { set: setId, rollout: `${runId}/step/1/0/0`, group: `${runId}/step/1/0`, evaluation: `${runId}/evaluation/0` },
  );
  expect(rest.problemSets.nodes[0].counts).toEqual([
    { split: "TRAIN", bucket: "MEDIUM", count: 4 },
    { split: "HELD_OUT", bucket: "MEDIUM", count: 2 },
  ]);
  expect(rest.rollout).toMatchObject({ completion: "return x", promptTokenCount: 3, logProbs: [-0.1, -0.2] });
});
