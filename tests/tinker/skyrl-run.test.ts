// A durable run on SkyRL's real server, with a tiny random model of either architecture: killed with SIGKILL in generate and in update, it ends with every rollout once and resumes from the last
// committed checkpoint. A tiny random model has no right answers, so what it learns here is to stop before the length penalty begins.
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Stage } from "@gradus/domain";
import { startSkyrl } from "@gradus/worker/skyrl/skyrl-process";
import type { SkyrlOptions, SkyrlProcess } from "@gradus/worker/skyrl/skyrl-process";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { isUnderway, underway } from "../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment } from "../testkit/planted-experiment.ts";
import { ARCHITECTURES, RANK, skyrlOptions } from "../testkit/tinker/skyrl-server.ts";
import { startWorld } from "../testkit/world.ts";
import type { World } from "../testkit/world.ts";

let world: World;
let options: SkyrlOptions & { readonly model: string };
let server: SkyrlProcess | undefined;
beforeAll(async () => {
  world = await startWorld();
  await world.startWorker({ role: "control,sandbox", node: "control-1" });
});
afterEach(async () => server?.stop());
afterAll(async () => world?.close());

const training = {
  steps: 4,
  groupsPerStep: 2,
  groupSize: 4,
  sampling: { maxTokens: 16 },
  reward: { overlongBuffer: 16 },
  optimizer: { learningRate: 0.01 },
};
const everyGroup = { name: "every-group", curriculum: { sampler: { kind: "uniform" }, gates: [] } };

const NAME = "a run whose SkyRL is killed in generate and in update goes on from its last checkpoint, each rollout once";

test.each(ARCHITECTURES)(`%s: ${NAME}`, async (architecture) => {
  const client = await connectTemporal(world.temporal.address);
  options = await skyrlOptions(join(world.home, `skyrl-${architecture}`), architecture);
  server = await startSkyrl(options);
  const env = { GRADUS_TINKER_URL: server.url, GRADUS_TINKER_TOKENIZER: options.model, GRADUS_TINKER_RANK: String(RANK) };
  const node = await world.startWorker({
    role: "policy",
    node: `policy-${architecture}`,
    engine: "tinker",
    labels: `model=${architecture}`,
    env: { ...env, GRADUS_POLICY_SLOTS: "1" },
  });
  const planting = { training, evaluation: { problems: 2, samples: 1 }, engine: "tinker", policy: "from the seed" } as const;
  const [runId = ""] = await plantExperiment(world, {
    id: architecture,
    seeds: [7],
    curricula: [everyGroup as never],
    placement: { model: architecture },
    ...planting,
  });
  const ended = await startExperiment(client, architecture);
  const inGenerate = await killSkyrlInside(runId, "GENERATE", 2);
  const inUpdate = await killSkyrlInside(runId, "UPDATE", 2);
  expect(await ended()).toMatchObject({ status: "COMPLETED", runs: { completed: 1, failed: 0 } });
  expect(inGenerate, "killed inside GENERATE").not.toBeNull();
  expect(inUpdate, "killed inside UPDATE").not.toBeNull();

  const { sql } = world.database;
  const rollouts = await sql<{ step: number; ordinal: number; index: number; version: number }[]>`
    select g.step, g.ordinal, r.index, r."policyVersion" as version from "Rollout" r join "Group" g on g.id = r."groupId"
    where g."runId" = ${runId} and g."scopeKind" = 'STEP' order by g.step, g.ordinal, r.index`;
  const places = rollouts.map(({ step, ordinal, index }) => `${step}/${ordinal}/${index}`);
  expect(new Set(places).size).toBe(places.length);
  expect(places).toHaveLength(training.steps * training.groupsPerStep * training.groupSize);
  const policies = await sql<{ version: number; step: number; hash: string }[]>`
    select version, step, "checkpointHash" as hash from "PolicyVersion" where "runId" = ${runId} order by version`;
  // A version a step and none twice: the update that was killed began again from the checkpoint before it.
  expect(policies.map(({ version, step }) => [version, step])).toEqual([0, 1, 2, 3, 4].map((version) => [version, version]));
  expect(new Set(policies.map(({ hash }) => hash)).size).toBe(policies.length);
  // Every step was sampled by the version that the step before had committed.
  expect(rollouts.every(({ step, version }) => version === step - 1)).toBe(true);
  const failed = await sql<
    { stage: string }[]
  >`select distinct stage from "StageExecution" where "runId" = ${runId} and outcome = 'FAILED' order by stage`;
  expect(failed.map(({ stage }) => stage)).toEqual(expect.arrayContaining(["GENERATE", "UPDATE"]));
  const [{ provenance } = { provenance: {} }] = await sql<{ provenance: object }[]>`select provenance from "Run" where id = ${runId}`;
  expect(provenance).toMatchObject({
    engine: expect.stringMatching(/^tinker:/),
    engineRuntime: expect.stringMatching(/^tokenizer sha256 [0-9a-f]{64}$/),
  });
  await node.stop();
  await client.connection.close();
});

/** Kills API and engine inside a stage and starts both again. @returns the step whose attempt failed of it; null when the run ended first */
async function killSkyrlInside(runId: string, stage: Stage, fromStep: number): Promise<number | null> {
  for (let from = fromStep; ;) {
    const seen = await underway(world, runId, stage, from);
    if (seen === null) return null;
    await server?.kill();
    server = await startSkyrl(options);
    while (await isUnderway(world, seen)) await pause(50);
    const [{ outcome } = {}] = await world.database.sql<{ outcome: string }[]>`select outcome from "StageExecution" where id = ${seen.id}`;
    if (outcome === "FAILED") return seen.step;
    // An attempt that had what it needed before the server was gone: look for another.
    from = seen.step + 1;
  }
}
