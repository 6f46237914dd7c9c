// Owns: published problems through Gradus's own stages: imported by `gradus import`, executed and rewarded like any policy's rollouts.
import { fileURLToPath } from "node:url";
import { createExperiment } from "@gradus/api/commands/create-experiment";
import { groupId, stepScope } from "@gradus/domain";
import { attachProblemSet } from "@gradus/prisma/training/experiment-store";
import { grantLease } from "@gradus/prisma/training/run-store";
import { readProblems, saveDraw } from "@gradus/prisma/training/step-store";
import { MockActivityEnvironment } from "@temporalio/testing";
import { executeRollouts } from "@gradus/worker/activities/execute-rollouts";
import { databaseSink } from "@gradus/prisma/training/database-sink";
import { problemPools } from "@gradus/worker/control/problem-pools";
import { rewardRollouts } from "@gradus/worker/control/reward-rollouts";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import type { Sandbox } from "@gradus/worker/sandbox/sandbox";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { gradus } from "../../testkit/cli/gradus.ts";
import { humanEvalTasks } from "../../testkit/humaneval/humaneval.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let sandbox: Sandbox;
beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  sandbox = await createSandbox({ backend: "bubblewrap" });
});
afterAll(async () => {
  await sandbox.close();
  await api.close();
  await world.close();
});

/** By index in each group: the solution as published, one that returns nothing, one that says it passed and leaves. */
const completionsOf = (solution: string): readonly string[] => [
  solution,
  "    return None\n",
  '    print("PASSED"); print("ok"); import os; os._exit(0)\n',
];

test("all 164 canonical solutions of HumanEval are rewarded, and no copy that returns None or claims success and exits", async () => {
  const { database } = world;
  const file = fileURLToPath(new URL("../../testkit/humaneval/HumanEval.jsonl.gz", import.meta.url));
  const imported = await gradus(["import", "humaneval", file, "--json"], { GRADUS_API_URL: api.url });
  const { problemSetId } = JSON.parse(imported.stdout) as { problemSetId: string };

  const source = JSON.stringify({
    name: "humaneval",
    problems: { set: problemSetId },
    training: { groupsPerStep: 164, groupSize: 3 },
    execution: { cpuMs: 5_000 },
    seeds: [1],
    arms: [{ name: "all", curriculum: "uniform-problems" }],
  });
  const experimentId = await createExperiment(database, { source, key: "humaneval" });
  await attachProblemSet(database.sql, experimentId, problemSetId);
  const runId = `${experimentId}.all.1`;
  const at = { experimentId, runId, step: 1 };
  const scope = { ...stepScope(experimentId, runId, 1), runId, step: 1 };
  const policy = { version: 0, hash: "0".repeat(64) };
  const sink = databaseSink(database, { has: async () => true });
  const epoch = await grantLease(database.sql, runId, "test-node");
  await sink.commitPolicy({ runId, epoch, step: 0, version: 0, hash: policy.hash, bytes: 1, engine: "none", report: null });

  const problems = await readProblems(database.sql, problemSetId, "TRAIN");
  expect(problems).toHaveLength(164);
  const solutionOf = new Map(humanEvalTasks().map((task) => [task.prompt, task.canonical_solution]));
  const groups = problems.map(({ id, content }, ordinal) => ({ ordinal, problemId: id, bucket: null, prompt: content.message }));
  await saveDraw(database.sql, scope, 0, 3, groups);
  const rollouts = problems.flatMap(({ content }, ordinal) =>
    completionsOf(solutionOf.get(content.message) ?? "").map((completion, index) => ({
      ordinal,
      index,
      completion,
      promptTokens: [1],
      completionTokens: [1],
      logProbs: [0],
      finishReason: "stop" as const,
    })),
  );
  await sink.saveRollouts({ scope, epoch, policy, attempt: 1, rollouts });

  const stage = new MockActivityEnvironment();
  await stage.run(executeRollouts({ sink, sandbox, nodeId: "test-node" }), { scope });
  const credited = await stage.run(rewardRollouts({ database, pools: problemPools(database), sink, nodeId: "test-node" }), at);

  const stored = await database.prisma.rollout.findMany({
    where: { group: { scope: scope.id } },
    select: { id: true, index: true, reward: true, verdict: true, sandboxErrors: true, execution: true },
  });
  expect(stored).toHaveLength(3 * 164);
  expect(stored.filter(({ index, reward }) => reward !== (index === 0 ? 1 : 0))).toEqual([]);
  // A group of one right and two wrong ones is what a policy learns from.
  expect(credited).toEqual({ admitted: 164, pauseCause: null });
  expect(stored.map(({ id }) => id)).toContain(`${groupId(scope, 0)}/0`);
});
