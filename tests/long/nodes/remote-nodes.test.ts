// Owns: policy and sandbox nodes that have no database: the same run as in one process, though the API they work through is killed.
import { readFile } from "node:fs/promises";
import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { stepCompleted } from "../../testkit/chaos.ts";
import { connectTemporal, plantExperiment, startExperiment, traceOf } from "../../testkit/planted-experiment.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => world.close());

const training = { steps: 5, groupsPerStep: 4, groupSize: 4 };
const nodeKey = "a-shared-secret-of-this-test-alone";

test("a run on nodes without the database, whose API is killed in the middle, is the run of one process", async () => {
  const client = await connectTemporal(world.temporal.address);
  const [local = ""] = await plantExperiment(world, { id: "local", seeds: [7], training });
  const everything = await world.startWorker({ node: "everything" });
  await (
    await startExperiment(client, "local")
  )();
  await everything.stop();
  const expected = await traceOf(world.database, local);

  const api = await world.startApi({ GRADUS_NODE_KEY: nodeKey });
  const through = { url: api.url, nodeKey };
  await world.startWorker({ role: "control", node: "control-1" });
  const [policy, sandbox] = await Promise.all([
    world.startWorker({ role: "policy", node: "policy-1", through }),
    world.startWorker({ role: "sandbox", node: "sandbox-1", through }),
  ]);
  for (const { pid } of [policy, sandbox])
    expect(await readFile(`/proc/${pid}/environ`, "utf8")).not.toMatch(/postgres|DATABASE_URL|GRADUS_BLOBS/);

  const [remote = ""] = await plantExperiment(world, { id: "remote", seeds: [7], training });
  const ended = await startExperiment(client, "remote");
  await stepCompleted(world, remote, 2);
  process.kill(api.pid, "SIGKILL");
  await api.exited;
  await pause(1_500);
  const [row] = await world.database.sql<{ status: string }[]>`select status from "Run" where id = ${remote}`;
  expect(row?.status, "nothing goes on without the API").toBe("RUNNING");
  await world.startApi({ GRADUS_NODE_KEY: nodeKey, GRADUS_PORT: new URL(api.url).port });
  expect(await ended()).toMatchObject({ status: "COMPLETED", runs: { completed: 1, failed: 0 } });

  expect(await traceOf(world.database, remote)).toEqual(expected);
  const places = await world.database.sql<{ stage: string; nodeId: string }[]>`
    select distinct stage::text, "nodeId" from "StageExecution" where "experimentId" = 'remote' order by 1, 2`;
  expect([...places]).toEqual([
    { stage: "EXECUTE", nodeId: "sandbox-1" },
    { stage: "GENERATE", nodeId: "policy-1" },
    { stage: "REWARD", nodeId: "control-1" },
    { stage: "UPDATE", nodeId: "policy-1" },
  ]);
  await client.connection.close();
});
