// Owns: a durable run whose weights are behind a Tinker server: each rollout once and each update from the last checkpoint, though the server is killed.
import { setTimeout as pause } from "node:timers/promises";
import type { Stage } from "@gradus/domain";
import { afterAll, beforeAll, expect, test } from "vitest";
import { isUnderway, underway } from "../../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment, traceOf } from "../../testkit/planted-experiment.ts";
import { startEngineServer } from "../../testkit/policy/engine-server-process.ts";
import type { EngineServerProcess } from "../../testkit/policy/engine-server-process.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
let engine: EngineServerProcess;
beforeAll(async () => {
  world = await startWorld();
  engine = await startEngineServer(world);
});
afterAll(async () => {
  await engine.server.app.stop();
  await world.close();
});

const training = { steps: 5, groupsPerStep: 4, groupSize: 4 };

test("a run whose engine's server is killed in generate and in update goes on from its last checkpoint, as an undisturbed one of the same seed", async () => {
  const { env, warmStart: policy } = engine;
  const client = await connectTemporal(world.temporal.address);
  await Promise.all([
    world.startWorker({ role: "all", node: "embedded-1" }),
    world.startWorker({ role: "policy", node: "policy-1", engine: "tinker", env }),
  ]);

  const [calm = ""] = await plantExperiment(world, { id: "calm", seeds: [7], training, policy, engine: "tinker" });
  const calmEnded = await startExperiment(client, "calm");
  expect(await calmEnded()).toMatchObject({ status: "COMPLETED" });

  const [killed = ""] = await plantExperiment(world, { id: "killed", seeds: [7], training, policy, engine: "tinker" });
  const ended = await startExperiment(client, "killed");
  const inGenerate = await killServerInside(killed, "GENERATE", 2);
  const inUpdate = await killServerInside(killed, "UPDATE", 3);
  expect(await ended()).toMatchObject({ status: "COMPLETED", runs: { completed: 1, failed: 0 } });

  expect(inGenerate, "killed inside GENERATE").not.toBeNull();
  expect(inUpdate, "killed inside UPDATE").not.toBeNull();
  const [{ rollouts = 0, updates = 0 } = {}] = await world.database.sql<{ rollouts: number; updates: number }[]>`
    select (select count(*)::int from "Rollout" r join "Group" g on g.id = r."groupId" where g."runId" = ${killed} and g."scopeKind" = 'STEP') as rollouts,
      (select count(*)::int from "PolicyVersion" where "runId" = ${killed} and version > 0) as updates`;
  expect(rollouts).toBe(training.steps * training.groupsPerStep * training.groupSize);
  const places = await world.database.sql<{ nodeId: string }[]>`
    select distinct "nodeId" from "StageExecution" where stage in ('GENERATE', 'UPDATE')`;
  expect([...places], "placed on nodes of the engine alone").toEqual([{ nodeId: "policy-1" }]);
  expect(updates, "something was learned").toBeGreaterThan(1);
  expect(withoutHashes(await traceOf(world.database, killed))).toEqual(withoutHashes(await traceOf(world.database, calm)));
  await client.connection.close();
});

/** Kills the engine's server with SIGKILL inside a stage and starts it again. @returns the step whose attempt failed of it; null when the run ended first */
async function killServerInside(runId: string, stage: Stage, fromStep: number): Promise<number | null> {
  const { server } = engine;
  for (let from = fromStep; ;) {
    const seen = await underway(world, runId, stage, from);
    if (seen === null) return null;
    await server.kill();
    await server.rise();
    while (await isUnderway(world, seen)) await pause(20);
    const [{ outcome } = {}] = await world.database.sql<{ outcome: string }[]>`select outcome from "StageExecution" where id = ${seen.id}`;
    if (outcome === "FAILED") return seen.step;
    // An attempt that had what it needed before the server was gone: look for another.
    from = seen.step + 1;
  }
}

/** A checkpoint names where the server keeps the weights, and each save has a name of its own. */
const withoutHashes = (trace: unknown): unknown =>
  JSON.parse(JSON.stringify(trace, (name, value: unknown) => (name === "policyHash" || name === "checkpointHash" ? undefined : value)));
