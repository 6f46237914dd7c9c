// Owns: that API and nodes reach a Temporal behind TLS, a client certificate and an API key, and that without them a node is told so and does not join.
import { afterAll, beforeAll, expect, test } from "vitest";
import { get } from "../../testkit/api/test-api.ts";
import { plantExperiment } from "../../testkit/planted-experiment.ts";
import { openTemporalDoor } from "../../testkit/temporal-door.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

const KEY = "a-key-of-this-test-alone";
const nodeKey = "a-shared-secret-of-this-test-alone";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(async () => world.close());

test("a run is started by the API and trained by nodes that all come in by TLS, certificate and key", async () => {
  await using door = await openTemporalDoor(world.temporal.address, world.home, KEY);
  const { env } = door;
  await expect(
    world.startWorker({ role: "sandbox", node: "stranger", env: { ...env, TEMPORAL_API_KEY: "another" } }),
    "a key that is none",
  ).rejects.toThrow(/no such key|Unauthenticated/i);
  const { TEMPORAL_TLS_CLIENT_CERT_PATH: _crt, TEMPORAL_TLS_CLIENT_KEY_PATH: _key, ...uncertified } = env;
  await expect(world.startWorker({ role: "sandbox", node: "stranger", env: uncertified }), "no certificate").rejects.toThrow();
  expect(door.counts).toMatchObject({ let: 0 });
  expect(door.counts.refused).toBeGreaterThan(0);

  const api = await world.startApi({ ...env, GRADUS_NODE_KEY: nodeKey });
  const through = { url: api.url, nodeKey };
  await Promise.all([
    world.startWorker({ role: "control", node: "control-1", env }),
    world.startWorker({ role: "policy,sandbox", node: "far", env, through }),
  ]);
  await plantExperiment(world, { id: "secured", training: { steps: 1, groupsPerStep: 2, groupSize: 4 }, evaluation: { problems: 1 } });
  const { startExperiment } = await get(api.url, `mutation { startExperiment(id: "secured") { ok error { message } } }`);
  expect(startExperiment).toEqual({ ok: true, error: null });
  const status = async (): Promise<string> => (await get(api.url, `{ experiment(id: "secured") { status } }`)).experiment.status as string;
  await expect.poll(status, { timeout: 300_000, interval: 500 }).toBe("COMPLETED");
  expect(door.counts.let).toBeGreaterThan(10);
});
