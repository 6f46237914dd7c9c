// Owns: which engine an experiment asks for: refused where no living node serves it, or where it cannot compute what an arm wants.
import { afterAll, beforeAll, expect, test } from "vitest";
import { nodeStopped, registerNode } from "@gradus/prisma/training/node-store";
import { get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const answer = "ok error { message fields { path value expected } }";
const create = async (source: object) =>
  (
    await get(
      api.url,
      `mutation ($source: String!) { createExperiment(input: { source: $source }) { ${answer} experiment { specification } } }`,
      {
        source: JSON.stringify(source),
      },
    )
  ).createExperiment;
const source = { name: "far", seeds: [1], policy: { engine: "tinker" }, arms: [{ name: "uniform", curriculum: "uniform" }] };
const node = (id: string, policyEngine: string) =>
  registerNode(world.database.sql, { id, roles: ["POLICY"], taskQueue: `policy/${id}`, labels: {}, capabilities: { policyEngine } });

test("an engine that no living node serves is refused with how to start one", async () => {
  const refused = {
    ok: false,
    error: { fields: [{ path: "policy.engine", value: "tinker", expected: expect.stringContaining("--role policy --engine tinker") }] },
  };
  expect(await create(source)).toMatchObject(refused);
  await node("near", "embedded");
  expect(await create(source), "a node of another engine is none").toMatchObject(refused);
  await node("behind-a-server", "tinker");
  expect(await create(source)).toMatchObject({ ok: true, experiment: { specification: { policy: { engine: "tinker" } } } });
  await nodeStopped(world.database.sql, "behind-a-server");
  expect(await create(source), "a node that has gone is none").toMatchObject(refused);
  expect(await create({ ...source, policy: {} })).toMatchObject({
    ok: true,
    experiment: { specification: { policy: { engine: "embedded" } } },
  });
});

test("what an arm wants and its engine does not compute is refused by path", async () => {
  await node("behind-a-server", "tinker");
  const arms = [
    { name: "plain", curriculum: "uniform" },
    { name: "held", curriculum: "uniform", training: { loss: { klWeight: 0.1, entropyBonus: 0.01 } } },
  ];
  const { error } = await create({ ...source, arms });
  expect(error.fields.map(({ path, value }: { path: string; value: unknown }) => [path, value])).toEqual([
    ["arms[1].training.loss.klWeight", 0.1],
    ["arms[1].training.loss.entropyBonus", 0.01],
  ]);
  expect(await create({ ...source, policy: { engine: "embedded" }, arms })).toMatchObject({ ok: true });
  const shape = { engine: "tinker", model: { width: 32, layers: 1, heads: 2, hidden: 64 } };
  expect((await create({ ...source, policy: shape })).error.fields).toMatchObject([{ path: "policy.model" }]);
});
