// A durable run on SkyRL's real server, with a tiny random model of either architecture: killed with SIGKILL in generate and in update, it ends with every rollout once and resumes from the last
// committed checkpoint. Its node has neither the database nor the tokenizer's files: both come through the API. A tiny random model has no right answers, so what it learns here is to stop before
// the length penalty begins.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { storeTokenizer } from "@gradus/cli/experiment/store-tokenizer";
import type { Stage } from "@gradus/domain";
import { startSkyrl } from "@gradus/worker/skyrl/skyrl-process";
import type { SkyrlOptions, SkyrlProcess } from "@gradus/worker/skyrl/skyrl-process";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { isUnderway, underway } from "../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment } from "../testkit/planted-experiment.ts";
import { ARCHITECTURES, RANK, skyrlOptions } from "../testkit/tinker/skyrl-server.ts";
import { startWorld } from "../testkit/world.ts";
import type { World } from "../testkit/world.ts";

const nodeKey = "a-shared-secret-of-this-test-alone";
let world: World;
let through: { readonly url: string; readonly nodeKey: string };
let options: SkyrlOptions & { readonly model: string };
let server: SkyrlProcess | undefined;
beforeAll(async () => {
  world = await startWorld();
  const [{ url }] = await Promise.all([
    world.startApi({ GRADUS_NODE_KEY: nodeKey }),
    world.startWorker({ role: "control,sandbox", node: "control-1" }),
  ]);
  through = { url, nodeKey };
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
  const tokenizer = await storeTokenizer(through.url, options.model, "model");
  const env = { GRADUS_TINKER_URL: server.url, GRADUS_TINKER_TOKENIZER: `sha256:${tokenizer}`, GRADUS_TINKER_RANK: String(RANK) };
  const node = await world.startWorker({
    role: "policy",
    node: `policy-${architecture}`,
    engine: "tinker",
    labels: `model=${architecture}`,
    env: { ...env, GRADUS_POLICY_SLOTS: "1" },
    through,
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
    engineRuntime: `tokenizer sha256 ${tokenizer}`,
  });
  await node.stop();
  await client.connection.close();
});

test("a node that keeps a SkyRL of its own, with the tokenizer beside its weights, starts it again when it is killed and ends its run", async () => {
  const client = await connectTemporal(world.temporal.address);
  const { python, folder, model, port, backend, backendConfig, env } = await skyrlOptions(join(world.home, "skyrl-kept"), "qwen3");
  const kept = {
    GRADUS_SKYRL_PYTHON: python,
    GRADUS_SKYRL_FOLDER: folder,
    GRADUS_SKYRL_MODEL: model,
    GRADUS_SKYRL_PORT: String(port),
    GRADUS_SKYRL_BACKEND: backend,
    GRADUS_SKYRL_CONFIG: JSON.stringify(backendConfig),
  };
  const node = await world.startWorker({
    role: "policy",
    node: "policy-kept",
    engine: "tinker",
    labels: "model=kept",
    flags: ["--skyrl"],
    env: { ...env, ...kept, GRADUS_TINKER_RANK: String(RANK), GRADUS_POLICY_SLOTS: "1" },
    through,
  });
  const [runId = ""] = await plantExperiment(world, {
    id: "kept",
    seeds: [7],
    curricula: [everyGroup as never],
    placement: { model: "kept" },
    training: { ...training, steps: 3 },
    evaluation: { problems: 2, samples: 1 },
    engine: "tinker",
    policy: "from the seed",
  });
  const ended = await startExperiment(client, "kept");
  expect(await underway(world, runId, "UPDATE", 2)).not.toBeNull();
  const pid = async (): Promise<number> => Number(await readFile(join(folder, "skyrl.pid"), "utf8"));
  const killed = await pid();
  process.kill(-killed, "SIGKILL");
  expect(await ended()).toMatchObject({ status: "COMPLETED", runs: { completed: 1, failed: 0 } });
  const policies = await world.database.sql<
    { version: number }[]
  >`select version from "PolicyVersion" where "runId" = ${runId} order by version`;
  expect(policies.map(({ version }) => version)).toEqual([0, 1, 2, 3]);
  expect(await pid(), "another server").not.toBe(killed);
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
