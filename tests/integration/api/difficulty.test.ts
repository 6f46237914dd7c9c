// Proves: difficulty over policy versions, the lineage of a chain, and curricula with the runs that used them, over GraphQL and on the command line.
import { contentHash } from "@gradus/domain";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { gradus } from "../../testkit/cli/gradus.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let experimentId: string;
let runIds: readonly string[];
/** Hard, medium, easy. */
let problems: readonly string[];

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  ({ id: experimentId, runIds } = await createSample(world.database, "difficulty"));
  const lines = ["hard", "medium", "easy"].map((message, rung) => {
    const tests = [{ kind: "call" as const, args: "1", expected: "1" }];
    const content = {
      environment: "INDUCTION" as const,
      message,
      entryPoint: "f",
      reference: "def f(x):\n return x\n",
      tests,
      visibleTests: 1,
    };
    const of = { origin: { teacher: "test", chain: "c1", rung }, operations: [], split: "TRAIN" as const };
    return { ...content, ...of, contentHash: contentHash(content), astHash: message, passRate: null, bucket: null };
  });
  await freezeProblemSet(world.database.sql, "default", "chain", lines);
  const stored = await world.database.prisma.problem.findMany({ where: { chain: "c1" }, orderBy: { rung: "asc" } });
  problems = stored.map(({ id }) => id);
});
afterAll(async () => {
  await api.close();
  await world.close();
});

/** A group of four rollouts, of which `passes` pass; the fifth met a broken machine and counts for nothing. */
async function plant(runId: string, step: number, at: number, passes: number, scopeKind: "STEP" | "EVALUATION" = "STEP"): Promise<void> {
  const { prisma } = world.database;
  const scope = `${runId}/${scopeKind}/${step}`;
  const id = `${scope}/${at}`;
  await prisma.group.create({ data: { id, scope, scopeKind, runId, step, ordinal: at, problemId: problems[at]!, size: 5, prompt: "" } });
  await prisma.rollout.createMany({
    data: Array.from({ length: 5 }, (_, index) => ({
      id: `${id}/${index}`,
      groupId: id,
      index,
      policyVersion: scopeKind === "STEP" ? step - 1 : step,
      policyHash: "0".repeat(64),
      completion: "",
      promptTokens: [],
      completionTokens: [],
      logProbs: [],
      finishReason: "stop",
      attempt: 1,
      verdict: index === 4 ? ("SANDBOX_ERROR" as const) : ("EXECUTED" as const),
      execution: { verdict: "EXECUTED", tests: index === 4 ? [] : [{ verdict: index < passes ? "OK" : "WRONG" }] },
    })),
  });
}

test("a problem's difficulty follows the policy versions of each run, and a chain's unlocks name the stones before them", async () => {
  const [first, second] = runIds as [string, string];
  await plant(first, 1, 0, 0);
  await plant(first, 2, 2, 3);
  await plant(first, 3, 1, 1);
  await plant(first, 4, 0, 2);
  await plant(first, 4, 0, 4, "EVALUATION");
  await plant(second, 1, 0, 1);

  const query = `query ($id: ID!, $runIds: [ID!], $experimentId: ID) { problem(id: $id) { difficulty(runIds: $runIds, experimentId: $experimentId) {
    runId policyVersion step isEvaluation passes attempts } } }`;
  const all = (await get(api.url, query, { id: problems[0], experimentId })).problem.difficulty;
  const ofFirst = [
    { runId: first, policyVersion: 0, step: 1, isEvaluation: false, passes: 0, attempts: 4 },
    { runId: first, policyVersion: 3, step: 4, isEvaluation: false, passes: 2, attempts: 4 },
    { runId: first, policyVersion: 4, step: 4, isEvaluation: true, passes: 4, attempts: 4 },
  ];
  expect(all).toEqual([...ofFirst, { runId: second, policyVersion: 0, step: 1, isEvaluation: false, passes: 1, attempts: 4 }]);
  expect((await get(api.url, query, { id: problems[0], runIds: [first] })).problem.difficulty).toEqual(ofFirst);
  expect((await get(api.url, query, { id: problems[0], experimentId: "another" })).problem.difficulty).toEqual([]);

  const { chain } = await get(
    api.url,
    'query ($run: ID!) { chain(id: "c1", runId: $run) { rung problem { message } firstTriedStep firstSolvedStep steppingStones { message } } }',
    { run: first },
  );
  expect(chain).toEqual([
    {
      rung: 0,
      problem: { message: "hard" },
      firstTriedStep: 1,
      firstSolvedStep: 4,
      steppingStones: [{ message: "easy" }, { message: "medium" }],
    },
    { rung: 1, problem: { message: "medium" }, firstTriedStep: 3, firstSolvedStep: 3, steppingStones: [{ message: "easy" }] },
    { rung: 2, problem: { message: "easy" }, firstTriedStep: 2, firstSolvedStep: 2, steppingStones: [] },
  ]);

  const shown = await gradus(["problem", problems[0]!, "--run", first, "--api", api.url]);
  expect(shown.code).toBe(0);
  expect(shown.stdout).toContain("step 4  version 3  2/4 = 0.50");
  expect(shown.stdout).toContain("solved first in step 4, after rung 2, then rung 1");
  expect((await gradus(["problem", "none", "--api", api.url])).code).toBe(2);
  const table = await gradus(["problem", problems[0]!, "--run", first, "--csv", "--api", api.url]);
  expect(table.stdout.split("\n").slice(0, 2)).toEqual(["run,step,policy_version,passes,attempts,evaluated", `${first},1,0,0,4,false`]);
});

test("gradus problem lists the problems of a set by chain and rung, so that one can be named", async () => {
  const listed = await gradus(["problem", "--chain", "c1", "--csv", "--api", api.url]);
  expect(listed.stdout.split("\n")).toEqual([
    "id,environment,split,bucket,passes,attempts,chain,rung,message",
    ...["hard", "medium", "easy"].map((message, rung) => `${problems[rung]},INDUCTION,TRAIN,,,,c1,${rung},${message}`),
  ]);
  expect(await gradus(["problem", "--api", api.url])).toMatchObject({ code: 2, stderr: expect.stringContaining("--set or --chain") });
  expect(await gradus(["problem", "--set", "none", "--api", api.url])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('is "none"'),
  });
});

test("gradus curricula --used lists each version of a curriculum with the runs that used it", async () => {
  const { code, stdout } = await gradus(["curricula", "--used", "--api", api.url, "--json"]);
  expect(code).toBe(0);
  const used = JSON.parse(stdout) as { name: string; version: number; arms: { runs: { id: string }[] }[] }[];
  expect(used.map(({ name, version }) => `${name} v${version}`)).toEqual(["classic v1", "uniform v1"]);
  expect(used.flatMap(({ arms }) => arms.flatMap(({ runs }) => runs.map(({ id }) => id))).toSorted()).toEqual([...runIds].toSorted());
  const text = await gradus(["curricula", "classic", "--used", "--api", api.url]);
  expect(text.stdout).toMatch(/^classic v1 {2}sha256:[0-9a-f]{12} {2}2 runs\n/);
});
