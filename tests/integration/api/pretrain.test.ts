// Owns: a warm start asked for through the API: made by a node, durable, once. Must not know: how weights are trained.
import { setTimeout } from "node:timers/promises";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { buildWarmStart } from "@gradus/worker/policy/build-warm-start";
import { sha256Hex } from "@gradus/domain/content-hash";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get } from "../../testkit/api/test-api.ts";
import { startWorld } from "../../testkit/world.ts";
import type { World } from "../../testkit/world.ts";

let world: World;
let url: string;

beforeAll(async () => {
  world = await startWorld();
  [{ url }] = await Promise.all([world.startApi(), world.startWorker({ env: { GRADUS_POLICY_SLOTS: "1" } })]);
});
afterAll(() => world.close());

const STATE = "{ id status step steps loss warmStart cause }";
const PRETRAIN = `mutation ($steps: Int) { pretrain(input: { steps: $steps }) { ok error { message fields { path expected } } pretraining ${STATE} } }`;
const PRETRAINING = `query ($id: ID!) { pretraining(id: $id) ${STATE} }`;

interface State {
  readonly id: string;
  readonly status: string;
  readonly step: number | null;
  readonly steps: number | null;
  readonly warmStart: string | null;
}
const ask = async (steps: number) =>
  (await get<{ pretrain: { ok: boolean; error: unknown; pretraining: State | null } }>(url, PRETRAIN, { steps })).pretrain;
const look = async (id: string) => (await get<{ pretraining: State | null }>(url, PRETRAINING, { id })).pretraining;

test("weights are made once by a node, told of while they are made, and lie in the blob store under their hash", async () => {
  const steps = 12;
  const begun = await ask(steps);
  expect(begun).toMatchObject({ ok: true, error: null, pretraining: { status: "RUNNING", warmStart: null } });
  const id = begun.pretraining?.id ?? "";
  const seen: (number | null)[] = [];
  let state = await look(id);
  for (; state?.status === "RUNNING"; state = await look(id)) {
    seen.push(state.step);
    await setTimeout(50);
  }
  expect(seen.some((step) => step !== null && step > 0 && step <= steps)).toBe(true);
  const bytes = await buildWarmStart({ steps });
  const hash = sha256Hex(bytes);
  expect(state).toMatchObject({ id, status: "COMPLETED", warmStart: `sha256:${hash}`, cause: null });
  expect(sha256Hex(await localBlobStore(world.blobsFolder).get(hash))).toBe(hash);
  // Asked again it is the one that is there, not a second one.
  expect((await ask(steps)).pretraining).toEqual(state);
});

test("a number of updates that cannot be is refused, and an id that is none is null", async () => {
  const refused = await ask(0);
  expect(refused).toMatchObject({ ok: false, pretraining: null, error: { fields: [{ path: "input.steps" }] } });
  expect(await look("none")).toBeNull();
});
