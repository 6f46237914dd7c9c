// Owns: which engine an experiment asks for: refused where no living node serves it, or where it cannot compute what an arm wants.
import { afterAll, beforeAll, expect, test } from "vitest";
import { nodeStopped, registerNode } from "@gradus/prisma/training/node-store";
import { placeRun } from "@gradus/prisma/training/placement-store";
import { setRunStatus } from "@gradus/prisma/training/run-store";
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
const node = (
  id: string,
  policyEngine: string,
  labels: Readonly<Record<string, string>> = {},
  more: Readonly<Record<string, string | number>> = {},
) =>
  registerNode(world.database.sql, {
    id,
    roles: ["POLICY"],
    taskQueue: `policy/${id}`,
    labels,
    capabilities: { policyEngine, ...more },
  });

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

test("labels, a base model or a tokenizer that no living node has are refused with what the nodes have instead", async () => {
  const needs = { engine: "tinker", placement: { gpu: "h100", mem: { atLeast: 80 } }, baseModel: "Qwen/Qwen3-4B" };
  await node("card", "tinker", { gpu: "h100", mem: "40" }, { baseModel: "Qwen/Qwen3-4B", tokenizer: "f".repeat(64) });
  const refusal = async (policy: object) => (await create({ ...source, policy })).error?.fields;
  expect(await refusal(needs)).toMatchObject([{ path: "policy.placement", expected: expect.stringContaining("card has mem=40") }]);
  expect(await refusal({ engine: "tinker", baseModel: "Qwen/Qwen3-8B" })).toMatchObject([
    { path: "policy.baseModel", expected: expect.stringContaining("card has the base model Qwen/Qwen3-4B") },
  ]);
  const other = `sha256:${"0".repeat(64)}`;
  expect(await refusal({ engine: "tinker", tokenizer: other })).toMatchObject([
    { path: "policy.tokenizer", expected: expect.stringContaining("card has the tokenizer ffffffffffff") },
  ]);
  expect(await refusal({ engine: "tinker", tokenizer: "./qwen3" })).toMatchObject([{ path: "policy.tokenizer", value: "./qwen3" }]);
  expect(await refusal({ baseModel: "Qwen/Qwen3-4B" }), "the embedded engine has its own").toMatchObject([{ path: "policy.baseModel" }]);
  // An embedded run that asks for more than any node is refused as well.
  expect(await refusal({ placement: { zone: "eu" } })).toMatchObject([{ path: "policy.placement" }]);
  await node("card", "tinker", { gpu: "h100", mem: "80" }, { baseModel: "Qwen/Qwen3-4B" });
  expect(await create({ ...source, policy: needs })).toMatchObject({ ok: true });
});

const said = async (id: string) =>
  (await get(api.url, `query ($id: ID!) { run(id: $id) { cause waitsFor { message } } }`, { id })).run.waitsFor.message;
const drain = async (id: string, isDraining: boolean) =>
  (
    await get(
      api.url,
      `mutation ($id: ID!, $isDraining: Boolean!) { setNodeDraining(id: $id, isDraining: $isDraining) { ${answer} node { id drainingSince runCount } } }`,
      { id, isDraining },
    )
  ).setNodeDraining;

test("a node that is drained takes no runs, one that is full has its next ones wait, and either is said", async () => {
  const { sql, prisma } = world.database;
  await node("elsewhere", "tinker");
  await node("one-at-a-time", "tinker", { room: "one" }, { runCapacity: 1 });
  const placed = { ...source, name: "placed", seeds: [1, 2], policy: { engine: "tinker", placement: { room: "one" } } };
  expect(await create(placed)).toMatchObject({ ok: true });
  const runs = await prisma.run.findMany({ where: { experiment: { name: "placed" } }, orderBy: { seed: "asc" } });
  const [first = "", second = ""] = runs.map(({ id }) => id);
  for (const id of [first, second]) await setRunStatus(sql, id, "RUNNING");
  // At the same moment: one of them finds it taken.
  const [one, other] = await Promise.all([placeRun(sql, first), placeRun(sql, second)]);
  const [holder, waiting] = one.nodeId === null ? [second, first] : [first, second];
  expect([one.nodeId, other.nodeId].toSorted()).toEqual([null, "one-at-a-time"].toSorted());
  const causeOf = async (id: string) => (await prisma.run.findUniqueOrThrow({ where: { id } })).cause;
  expect(await causeOf(waiting)).toContain("one-at-a-time holds 1 of at most 1 runs");
  expect(await causeOf(holder)).toBeNull();
  expect(await said(waiting)).toContain("one-at-a-time holds 1 of at most 1 runs");

  await setRunStatus(sql, holder, "COMPLETED");
  expect(await drain("one-at-a-time", true)).toMatchObject({ ok: true, node: { drainingSince: expect.any(String), runCount: 0 } });
  expect(await placeRun(sql, waiting)).toMatchObject({ nodeId: null, waits: expect.stringContaining("one-at-a-time is being drained") });
  expect(await create({ ...placed, name: "later" }), "nobody is to wait for it").toMatchObject({
    ok: false,
    error: { fields: [{ path: "policy.placement" }] },
  });
  expect(await drain("one-at-a-time", false)).toMatchObject({ ok: true, node: { drainingSince: null } });
  expect(await placeRun(sql, waiting)).toMatchObject({ nodeId: "one-at-a-time", epoch: 1 });
  expect(await causeOf(waiting)).toBeNull();
  expect(await drain("nobody", true)).toMatchObject({ ok: false, error: { fields: [{ path: "id", value: "nobody" }] } });
});
