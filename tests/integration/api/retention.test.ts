// What retention takes of old runs, what it leaves, and what it says of it. Over HTTP and sockets, on a real database.
import { logPoints } from "@gradus/prisma/metrics/external-run-store";
import { setRunStatus } from "@gradus/prisma/training/run-store";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { collect, connect, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database, { deletion: { keepMs: 1e9, everyMs: 20 } });
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const STATE = `query ($id: ID!) { run(id: $id) { retention { afterDays keepEverySteps } metricStorage { points bytes }
  prunings { policy { afterDays keepEverySteps } pointsBefore pointsAfter bytesBefore bytesAfter }
  metricHistory(name: "loss") { step value } } }`;
const state = async (id: string) => (await get(api.url, STATE, { id })).run;
const SET_RUN =
  "mutation ($id: ID!, $policy: RetentionInput) { setRunRetention(id: $id, policy: $policy) { ok error { fields { path } } } }";
const SET_PROJECT =
  'mutation ($policy: RetentionInput) { setProjectRetention(id: "default", policy: $policy) { ok error { fields { path } } project { retention { afterDays } } } }';
const EVENTS = "subscription ($id: ID!, $after: Cursor) { runEvents(runId: $id, after: $after) { cursor position event { __typename } } }";

/** 100 steps of which step 42 is NaN and step 50 was written twice, last touched `daysAgo`. */
async function oldRun(runId: string, daysAgo: number): Promise<void> {
  const { sql } = world.database;
  await setRunStatus(sql, runId, "RUNNING");
  const steps = Array.from({ length: 100 }, (_, step) => step);
  await logPoints(sql, runId, "a", 0, [
    { name: "loss", steps, values: steps.map((step) => (step === 42 ? Number.NaN : step)), times: steps },
  ]);
  await logPoints(sql, runId, "b", 0, [{ name: "loss", steps: [50], values: [0.5], times: [1] }]);
  await sql`update metrics.batch set recorded_at = now() - make_interval(days => ${daysAgo}) where run_id = ${runId}`;
}

test("an old run is thinned as its project's policy says, once, and says what went; others keep every point", async () => {
  const { runIds } = await createSample(world.database, "retention");
  const [old = "", training = "", young = "", kept = ""] = runIds;
  await Promise.all([oldRun(old, 31), oldRun(training, 31), oldRun(young, 29), oldRun(kept, 31)]);
  for (const id of [old, young, kept]) await setRunStatus(world.database.sql, id, "COMPLETED");
  const client = connect(api.url);
  const events = await collect<{ cursor: string; position: number; event: { __typename: string } }>(
    client,
    EVENTS,
    { id: old },
    (items) => items.at(-1)?.position === 4,
  );
  const exported = await fetch(`${api.url}/export/points?run=${old}`);
  const asOf = exported.headers.get("x-gradus-as-of") ?? "";
  expect((await exported.text()).split("\n").length).toBeGreaterThan(100);
  expect((await get(api.url, SET_RUN, { id: kept, policy: {} })).setRunRetention.ok).toBe(true);
  const before = await state(old);
  expect(before).toMatchObject({ retention: null, prunings: [], metricStorage: { points: 101 } });
  const policy = { afterDays: 30, keepEverySteps: 10 };
  expect((await get(api.url, SET_PROJECT, { policy })).setProjectRetention).toEqual({
    ok: true,
    error: null,
    project: { retention: { afterDays: 30 } },
  });
  await expect.poll(async () => (await state(old)).prunings.length, { timeout: 60_000 }).toBe(1);
  const after = await state(old);
  expect(after.metricHistory.step).toEqual([0, 9, 19, 29, 39, 42, 49, 59, 69, 79, 89, 99]);
  expect(after.metricHistory.value[5]).toBe("NaN");
  const [pruning] = after.prunings;
  expect(pruning).toEqual({
    policy,
    pointsBefore: 101,
    pointsAfter: 12,
    bytesBefore: before.metricStorage.bytes,
    bytesAfter: after.metricStorage.bytes,
  });
  expect(pruning.bytesAfter).toBeLessThan(pruning.bytesBefore);
  for (const id of [training, young, kept]) expect(await state(id)).toMatchObject({ prunings: [], metricStorage: { points: 101 } });
  expect((await state(kept)).retention).toEqual({ afterDays: null, keepEverySteps: null });

  // A place from before what went is refused; the last one and the beginning are good. So with exports.
  await expect(collect(client, EVENTS, { id: old, after: events[0]?.cursor }, () => true)).rejects.toThrow(/read again from the start/);
  expect(
    (await collect<{ position: number }>(client, EVENTS, { id: old }, (items) => items.length === 2)).map(({ position }) => position),
  ).toEqual([1, 4]);
  await client.dispose();
  const gone = await fetch(`${api.url}/export/points?asOf=${asOf}`);
  expect([gone.status, await gone.json()]).toEqual([410, expect.objectContaining({ error_code: "CURSOR_EXPIRED" })]);
  const again = await fetch(`${api.url}/export/points?run=${old}`);
  const text = await again.text();
  expect(await (await fetch(`${api.url}/export/points?asOf=${again.headers.get("x-gradus-as-of")}`)).text()).toBe(text);

  // A narrower policy of its own is applied too; the same one is not applied again.
  expect((await get(api.url, SET_RUN, { id: old, policy: { afterDays: 1 } })).setRunRetention.ok).toBe(true);
  await expect.poll(async () => (await state(old)).prunings.length, { timeout: 60_000 }).toBe(2);
  expect(await state(old)).toMatchObject({ metricStorage: { points: 0 }, metricHistory: { step: [] } });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect((await state(old)).prunings).toHaveLength(2);
  expect((await get(api.url, SET_PROJECT, { policy: { afterDays: -1, keepEverySteps: 0 } })).setProjectRetention.error.fields).toEqual([
    { path: "afterDays" },
    { path: "keepEverySteps" },
  ]);
});
