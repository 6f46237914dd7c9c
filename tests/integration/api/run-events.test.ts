import { setExperimentStatus } from "@gradus/prisma/training/experiment-store";
import { setRunStatus } from "@gradus/prisma/training/run-store";
import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { ask, collect, connect, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let experimentId: string;
let runIds: readonly string[];
let made = 0;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
});
beforeEach(async () => {
  ({ id: experimentId, runIds } = await createSample(world.database, `sample ${++made}`));
});
afterAll(async () => {
  await api.close();
  await world.close();
});

interface Placed {
  readonly cursor: string;
  readonly runId: string;
  readonly position: number;
  readonly event: { readonly __typename: string; readonly totalSteps: number };
}
const RUN_EVENTS =
  "subscription ($runId: ID!, $after: Cursor) { runEvents(runId: $runId, after: $after) { cursor runId position at event { __typename ... on StepsChanged { totalSteps } } } }";
const EXPERIMENT_EVENTS =
  "subscription ($experimentId: ID!, $after: Cursor) { experimentEvents(experimentId: $experimentId, after: $after) { cursor runId position event { __typename ... on StepsChanged { totalSteps } } } }";

interface Told {
  readonly cursor: string;
  readonly runId: string | null;
  readonly position: number;
  readonly event: { readonly status?: string; readonly runStatus?: string; readonly cause: string | null };
}
const EXPERIMENT_STATUS =
  "subscription ($experimentId: ID!) { experimentEvents(experimentId: $experimentId) { cursor runId position event { ... on ExperimentStatusChanged { status cause } ... on StatusChanged { runStatus: status cause } } } }";

/** Writes `count` events of the run, each in a transaction of its own that stays open for a moment. */
async function write(runId: string, count: number, from = 1): Promise<void> {
  for (let at = 0; at < count; at++) {
    await inRun(world.database.sql, runId, null, async (tx, emit) => {
      await tx`select pg_sleep(${Math.random() * 0.004})`;
      emit({ type: "STEPS_CHANGED", totalSteps: from + at });
    });
  }
}

const upTo = (count: number) => (count === 0 ? [] : Array.from({ length: count }, (_, index) => index + 1));

describe("a run's events", () => {
  test("come as backlog first and live after it, by position without holes", async () => {
    const [runId = ""] = runIds;
    await write(runId, 5);
    const client = connect(api.url);
    const following = collect<Placed>(client, RUN_EVENTS, { runId }, (items) => items.length === 12);
    await write(runId, 7, 6);
    const events = await following;
    expect(events.map(({ position }) => position)).toEqual(upTo(12));
    expect(events.map(({ event }) => event.totalSteps)).toEqual(upTo(12));
    await client.dispose();
  });

  test("go on after the cursor of any of them, and after the run's own cursor", async () => {
    const [runId = ""] = runIds;
    await write(runId, 6);
    const client = connect(api.url);
    const all = await collect<Placed>(client, RUN_EVENTS, { runId }, (items) => items.length === 6);
    const rest = await collect<Placed>(client, RUN_EVENTS, { runId, after: all[3]?.cursor }, (items) => items.length === 2);
    expect(rest.map(({ position }) => position)).toEqual([5, 6]);
    const { run } = await get(api.url, "query ($id: ID!) { run(id: $id) { cursor } }", { id: runId });
    expect(run.cursor).toBe(all[5]?.cursor);
    const live = collect<Placed>(client, RUN_EVENTS, { runId, after: run.cursor }, (items) => items.length === 1);
    await write(runId, 1, 7);
    expect((await live).map(({ position }) => position)).toEqual([7]);
    await client.dispose();
  });

  test("reach every subscriber whole while several writers contend for the run", async () => {
    const [runId = ""] = runIds;
    const client = connect(api.url);
    const following = upTo(5).map(() => collect<Placed>(client, RUN_EVENTS, { runId }, (items) => items.length === 60));
    await Promise.all([write(runId, 20), write(runId, 20), write(runId, 20)]);
    for (const events of await Promise.all(following)) expect(events.map(({ position }) => position)).toEqual(upTo(60));
    await client.dispose();
  });

  test("are refused after a cursor of another store epoch, of another stream, or of no run", async () => {
    const [runId = ""] = runIds;
    const refusal = async (variables: Record<string, unknown>): Promise<unknown> => {
      const client = connect(api.url);
      try {
        await collect(client, RUN_EVENTS, variables, () => true);
        return null;
      } catch (error) {
        return Array.isArray(error) ? (error as { extensions: { code: string } }[])[0]?.extensions.code : String(error);
      } finally {
        await client.dispose();
      }
    };
    const { run } = await get(api.url, "query ($id: ID!) { run(id: $id) { cursor experiment { cursor } } }", { id: runId });
    expect(await refusal({ runId, after: run.experiment.cursor })).toContain("BAD_USER_INPUT");
    expect(await refusal({ runId: "none" })).toContain("BAD_USER_INPUT");
    await world.database.sql`update "StoreEpoch" set epoch = epoch || 'x'`;
    expect(await refusal({ runId, after: run.cursor })).toContain("CURSOR_EXPIRED");
  });
});

describe("an experiment's events", () => {
  test("keep each run's order, miss none and repeat none while all runs are written at once", async () => {
    const client = connect(api.url);
    const following = upTo(3).map(() => collect<Placed>(client, EXPERIMENT_EVENTS, { experimentId }, (items) => items.length === 100));
    await Promise.all(runIds.map((runId) => write(runId, 25)));
    const orders = await Promise.all(following);
    for (const events of orders) {
      for (const runId of runIds) expect(events.filter((event) => event.runId === runId).map(({ position }) => position)).toEqual(upTo(25));
    }
    expect(orders[1]?.map(({ cursor }) => cursor)).toEqual(orders[0]?.map(({ cursor }) => cursor));
    await client.dispose();
  });

  test("do not skip a transaction that commits after a later one", async () => {
    const [early = "", late = ""] = runIds;
    const { sql } = world.database;
    const client = connect(api.url);
    const held = Promise.withResolvers<void>();
    const inside = Promise.withResolvers<void>();
    const slow = inRun(sql, early, null, async (_tx, emit) => {
      emit({ type: "STEPS_CHANGED", totalSteps: 1 });
      inside.resolve();
      await held.promise;
    });
    await inside.promise;
    await write(late, 3);
    const before = await collect<Placed>(client, EXPERIMENT_EVENTS, { experimentId }, (items) => items.length === 3);
    held.resolve();
    await slow;
    const after = await collect<Placed>(
      client,
      EXPERIMENT_EVENTS,
      { experimentId, after: before[2]?.cursor },
      (items) => items.length === 1,
    );
    expect(after.map(({ runId, position }) => [runId, position])).toEqual([[early, 1]]);
    await client.dispose();
  });

  test("tell each change of its status once, after what its runs had told by then", async () => {
    const [runId = ""] = runIds;
    const { sql } = world.database;
    const client = connect(api.url);
    const live = collect<Told>(client, EXPERIMENT_STATUS, { experimentId }, (items) => items.length === 4);
    await setExperimentStatus(sql, experimentId, "RUNNING", undefined, false);
    await setExperimentStatus(sql, experimentId, "RUNNING", undefined, false);
    await setRunStatus(sql, runId, "FAILED", "no luck");
    await setExperimentStatus(sql, experimentId, "FAILED", "1 of 1 runs failed", true);
    await setExperimentStatus(sql, experimentId, "CANCELLED", undefined, true);
    const told = (await live).map((one) => [one.runId, one.position, one.event.status ?? one.event.runStatus, one.event.cause]);
    expect(told).toEqual([
      [null, 1, "RUNNING", null],
      [runId, 1, "FAILED", "no luck"],
      [null, 2, "FAILED", "1 of 1 runs failed"],
      [null, 3, "CANCELLED", null],
    ]);
    // Read as backlog they stand in the same order.
    const backlog = await collect<Told>(client, EXPERIMENT_STATUS, { experimentId }, (items) => items.length === 4);
    expect(backlog.map(({ cursor }) => cursor)).toEqual((await live).map(({ cursor }) => cursor));
    await client.dispose();
  });

  test("go on after the experiment's own cursor", async () => {
    await Promise.all(runIds.map((runId) => write(runId, 2)));
    const { experiment } = await get(api.url, "query ($id: ID!) { experiment(id: $id) { cursor } }", { id: experimentId });
    const client = connect(api.url);
    const live = collect<Placed>(client, EXPERIMENT_EVENTS, { experimentId, after: experiment.cursor }, (items) => items.length === 1);
    await write(runIds[2] ?? "", 1, 3);
    expect((await live).map(({ runId, position }) => [runId, position])).toEqual([[runIds[2], 3]]);
    await client.dispose();
  });

  test("have the points of the names asked for alone, and no event for points that nobody asked for", async () => {
    const [runId = ""] = runIds;
    const record = (name: string, step: number) =>
      inRun(world.database.sql, runId, null, (tx, emit) => recordPoints(tx, emit, runId, [{ name, step, value: step }]));
    const POINTS =
      "subscription ($experimentId: ID!, $names: [String!]) { experimentEvents(experimentId: $experimentId, names: $names) { cursor event { __typename ... on MetricsRecorded { points { name step } } } } }";
    const client = connect(api.url);
    const told = (names: readonly string[]) =>
      collect<{ event: { __typename: string; points?: unknown } }>(client, POINTS, { experimentId, names }, (items) =>
        items.some(({ event }) => event.__typename === "StepsChanged"),
      );
    const [some, none] = [told(["policy/loss"]), told([])];
    await record("policy/loss", 1);
    await record("train/reward", 1);
    await write(runId, 1);
    expect((await some).map(({ event }) => event.points ?? event.__typename)).toEqual([[{ name: "policy/loss", step: 1 }], "StepsChanged"]);
    expect((await none).map(({ event }) => event.__typename)).toEqual(["StepsChanged"]);
    await client.dispose();
  });
});

describe("metric points", () => {
  test("come as the batches that were committed, of the names asked for, non-finite values included", async () => {
    const [runId = ""] = runIds;
    const record = (step: number, value: number) =>
      inRun(world.database.sql, runId, null, (tx, emit) =>
        recordPoints(tx, emit, runId, [
          { name: "policy/loss", step, value },
          { name: "train/reward", step, value: step },
        ]),
      );
    await record(1, 0.5);
    const client = connect(api.url);
    const POINTS =
      "subscription ($runId: ID!, $names: [String!]) { metricPoints(runId: $runId, names: $names) { cursor points { name step value } } }";
    const following = collect<{ points: unknown }>(client, POINTS, { runId, names: ["policy/loss"] }, (items) => items.length === 3);
    await record(2, Number.NaN);
    await record(3, Number.NEGATIVE_INFINITY);
    expect((await following).flatMap(({ points }) => points)).toEqual([
      { name: "policy/loss", step: 1, value: 0.5 },
      { name: "policy/loss", step: 2, value: "NaN" },
      { name: "policy/loss", step: 3, value: "-Infinity" },
    ]);
    await client.dispose();
  });
});

test("a subscription that ends leaves no reader behind", async () => {
  const [runId = ""] = runIds;
  await write(runId, 1);
  const client = connect(api.url);
  for (let at = 0; at < 20; at++) await collect<Placed>(client, RUN_EVENTS, { runId }, (items) => items.length === 1);
  await client.dispose();
  const closing = await startTestApi(world.database);
  await closing.close();
  expect((await ask(api.url, "{ server { version } }")).errors).toBeUndefined();
});
