// Proves: a suite is checked before an experiment is stored, drawn with its own set, window, samples and sampling, scored under its own names, read by
// split and window; and that a comparison says where arms were not evaluated alike.
import { createExperiment } from "@gradus/api/commands/create-experiment";
import { bucketOf, contentHash, evaluationScope } from "@gradus/domain";
import type { ProblemOrigin } from "@gradus/domain";
import { readLastPoints } from "@gradus/prisma/reading/metric-reader";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import { readGeneration } from "@gradus/prisma/training/generation-store";
import { drawEvaluation, scoreEvaluation } from "@gradus/worker/control/evaluate-policy";
import { MockActivityEnvironment } from "@temporalio/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let own: string;
let dated: string;

const held = (name: string, origin: Partial<ProblemOrigin>, split: "TRAIN" | "HELD_OUT" = "HELD_OUT") => {
  const content = {
    environment: "INDUCTION" as const,
    message: name,
    entryPoint: "f",
    reference: "def f(x):\n return x\n",
    tests: [{ kind: "call" as const, args: "1", expected: "1" }],
    visibleTests: 1,
  };
  const passRate = { passes: 16, attempts: 32 };
  const bucket = bucketOf(passRate);
  return {
    ...content,
    contentHash: contentHash(content),
    astHash: name,
    origin: { teacher: "t", ...origin },
    operations: [],
    split,
    passRate,
    bucket,
  };
};

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  const { sql } = world.database;
  own = await freezeProblemSet(sql, "default", "own", [held("train", {}, "TRAIN"), held("a", {}), held("b", {})]);
  dated = await freezeProblemSet(sql, "default", "dated", [
    held("old", { date: "2024-07-31", difficulty: "easy" }),
    held("new easy", { date: "2024-08-01", difficulty: "easy" }),
    held("new hard", { date: "2024-12-24", difficulty: "hard" }),
    held("no day", { difficulty: "hard" }),
  ]);
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const file = (suites: string, arms = "[{ name: a, curriculum: uniform }]"): string => `
name: suites
problems: { set: ${own} }
evaluation: { samples: 2, suites: ${suites} }
seeds: [1]
arms: ${arms}`;

test.each([
  ["a set that is not there", "[{ name: x, set: gone }]", "problem set that exists"],
  ["a window without problems", "[{ name: x, set: SET, from: 2030-01-01 }]", "published in the window"],
  ["a file that nobody imported", "[{ name: x, file: x.jsonl }]", "import the file"],
])("refuses %s, and names the suite", async (_, suites, expected) => {
  await expect(createExperiment(world.database, { source: file(suites.replace("SET", dated)) })).rejects.toMatchObject({
    fields: [{ path: expect.stringMatching(/^evaluation\.suites/), expected: expect.stringContaining(expected) }],
  });
});

const READ = `query ($id: ID!) { run(id: $id) { evaluations { id } suiteEvaluations { suite domain samples temperature topP windowFrom windowTo
  problemSetId problemCount harnessHash problemsHash passAt1 passAtK(k: 2) tooMany: passAtK(k: 9)
  byDifficulty: splits(by: DIFFICULTY, k: 2) { name passAtK problemCount } late: splits(by: ENVIRONMENT, from: "2024-09-01") { name passAtK problemCount } } } }`;

const COMPARE = `query ($id: ID!) { comparison(of: { experimentId: $id }) { guardRails evaluations { suite arms samples harnessHash sentence } } }`;

test("a suite keeps its own count, and arms that were evaluated otherwise are told apart", async () => {
  const { database } = world;
  const suite = `{ name: lcb, set: ${dated}, domain: OUT_OF_DOMAIN, samples: 4, temperature: 0.6, topP: 0.95, from: 2024-08-01 }`;
  const arms =
    "[{ name: a, curriculum: uniform }, { name: b, curriculum: uniform, training: { groupSize: 4, sampling: { maxTokens: 20 } }, evaluation: { samples: 3 } }]";
  const id = await createExperiment(database, { source: file(`[${suite}]`, arms) });
  await database.sql`update "Experiment" set "problemSetId" = ${own} where id = ${id}`;
  const runs = await database.prisma.run.findMany({ where: { experimentId: id }, orderBy: { id: "asc" } });
  const activity = new MockActivityEnvironment();
  const policy = { version: 0, hash: "0".repeat(64) };
  for (const { id: runId } of runs) {
    for (const name of [undefined, "lcb"]) {
      const scope = evaluationScope(id, 0, runId, name);
      expect(await activity.run(drawEvaluation(database), { scope, policy })).toEqual({ complete: false });
      const { groups, sampling } = await readGeneration(database.sql, scope);
      if (name === "lcb") {
        expect(groups.map(({ missing }) => missing.length)).toEqual([4, 4]);
        expect(sampling).toMatchObject({ temperature: 0.6, topP: 0.95 });
      }
      // Rollouts by hand: of "new easy" all four pass, of "new hard" one of four; of the experiment's own none.
      await database.sql`
        insert into "Rollout" (id, "groupId", index, "policyVersion", "policyHash", completion, "promptTokens", "completionTokens", "logProbs", "finishReason", attempt, verdict, execution)
        select g.id || '/' || i, g.id, i, 0, ${policy.hash}, '', '{}', '{}', '{}', 'stop', 1, 'EXECUTED', jsonb_build_object('verdict', 'EXECUTED', 'stdout', '', 'stderr', '',
          'tests', jsonb_build_array(jsonb_build_object('verdict', case when ${name ?? ""} = 'lcb' and (g.ordinal = 0 or i = 0) then 'OK' else 'WRONG' end)))
        from "Group" g, generate_series(0, g.size - 1) i where g.scope = ${scope.id}`;
      await activity.run(scoreEvaluation(database), { scope });
    }
  }
  const { run } = await get(api.url, READ, { id: runs[0]!.id });
  expect(run.evaluations).toHaveLength(1);
  expect(run.suiteEvaluations).toEqual([
    {
      suite: "lcb",
      domain: "OUT_OF_DOMAIN",
      samples: 4,
      temperature: 0.6,
      topP: 0.95,
      windowFrom: "2024-08-01",
      windowTo: null,
      problemSetId: dated,
      problemCount: 2,
      harnessHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      problemsHash: expect.stringMatching(/^[0-9a-f]{64}$/),
      passAt1: 0.625,
      // 1 - C(3, 2) / C(4, 2) = 1 / 2 of the hard one.
      passAtK: 0.75,
      tooMany: null,
      byDifficulty: [
        { name: "easy", passAtK: 1, problemCount: 1 },
        { name: "hard", passAtK: 0.5, problemCount: 1 },
      ],
      late: [{ name: "INDUCTION", passAtK: 0.25, problemCount: 1 }],
    },
  ]);
  const points = await readLastPoints(
    database,
    [runs[0]!.id],
    ["evaluation/pass@1", "evaluation/lcb/pass@1", "evaluation/lcb/pass@1/hard"],
  );
  expect(Object.fromEntries(points.map(({ name, value }) => [name, value]))).toEqual({
    "evaluation/pass@1": 0,
    "evaluation/lcb/pass@1": 0.625,
    "evaluation/lcb/pass@1/hard": 0.25,
  });

  const { comparison } = await get(api.url, COMPARE, { id });
  expect(comparison.evaluations.map(({ suite, arms: of, samples }: Record<string, unknown>) => [suite, of, samples])).toEqual([
    [null, ["a"], 2],
    [null, ["b"], 3],
    ["lcb", ["a"], 4],
    ["lcb", ["b"], 4],
  ]);
  expect(comparison.evaluations[2].sentence).toMatch(
    /^lcb \(out of domain\) of dated-\w+, published 2024-08-01 to …: 4 samples a problem at temperature 0\.6, top-p 0\.95; problems [0-9a-f]{12}, harness [0-9a-f]{12} \(a\)$/,
  );
  expect(comparison.guardRails).toEqual(
    expect.arrayContaining([
      "budgets differ: a 64, b 32 rollouts a step",
      expect.stringMatching(
        /^held-out evaluations differ in harness \(a [0-9a-f]{8}; b [0-9a-f]{8}\): their numbers are not of the same thing$/,
      ),
      "held-out evaluations differ in samples a problem (a 2; b 3): their numbers are not of the same thing",
      expect.stringMatching(/^lcb evaluations differ in harness/),
    ]),
  );
});
