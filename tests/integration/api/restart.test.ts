import { once } from "node:events";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { inRun } from "@gradus/prisma/training/run-transaction";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApiProcess } from "../../testkit/api/api-process.ts";
import type { ApiProcess } from "../../testkit/api/api-process.ts";
import { createSample, SAMPLE } from "../../testkit/api/sample-experiment.ts";
import { connect, get } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: ApiProcess;
const environment = () => ({ DATABASE_URL: world.databaseUrl, GRADUS_BLOBS: join(world.home, "blobs") });

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startApiProcess(environment());
});
afterAll(async () => {
  await api.kill();
  await world.close();
});

interface Placed {
  readonly cursor: string;
  readonly runId: string;
  readonly position: number;
}

/** Follows a subscription through every end of its socket, as a page does: each time from the last cursor it has seen. */
async function followThroughRestarts(query: string, variables: object, count: number): Promise<Placed[]> {
  const seen: Placed[] = [];
  while (seen.length < count) {
    const client = connect(api.url);
    try {
      for await (const { data } of client.iterate<{ events: Placed }>({
        query,
        variables: { ...variables, after: seen.at(-1)?.cursor ?? null },
      })) {
        if (data) seen.push(data.events);
        if (seen.length >= count) break;
      }
    } catch {
      // Tolerates a server that is gone for a moment: that is what is tested.
      await setTimeout(30);
    }
    await client.dispose();
  }
  return seen;
}

test("a kill -9 of the API loses no event and repeats none, of a run or across runs, while writers go on", async () => {
  const { id, runIds } = await createSample(world.database, "restart");
  const each = 60;
  const writing = Promise.all(
    runIds.map(async (runId) => {
      for (let at = 1; at <= each; at++) {
        await inRun(world.database.sql, runId, null, async (tx, emit) => {
          await tx`select pg_sleep(${Math.random() * 0.02})`;
          emit({ type: "STEPS_CHANGED", totalSteps: at });
        });
      }
    }),
  );
  const run = followThroughRestarts(
    "subscription ($id: ID!, $after: Cursor) { events: runEvents(runId: $id, after: $after) { cursor runId position } }",
    { id: runIds[0] },
    each,
  );
  const all = followThroughRestarts(
    "subscription ($id: ID!, $after: Cursor) { events: experimentEvents(experimentId: $id, after: $after) { cursor runId position } }",
    { id },
    each * runIds.length,
  );
  const port = new URL(api.url).port;
  for (let kills = 0; kills < 3; kills++) {
    await setTimeout(150);
    await api.kill();
    api = await startApiProcess({ ...environment(), GRADUS_PORT: port });
  }
  await writing;
  const positions = Array.from({ length: each }, (_, index) => index + 1);
  expect((await run).map(({ position }) => position)).toEqual(positions);
  const events = await all;
  for (const runId of runIds) expect(events.filter((event) => event.runId === runId).map(({ position }) => position)).toEqual(positions);
  expect(new Set(events.map(({ cursor }) => cursor)).size).toBe(each * runIds.length);
});

test("two API processes number the events of all runs alike", async () => {
  const { id, runIds } = await createSample(world.database, "two");
  const other = await startApiProcess(environment());
  const EVENTS = "subscription ($id: ID!) { events: experimentEvents(experimentId: $id) { cursor runId position } }";
  const follow = async (url: string): Promise<Placed[]> => {
    const client = connect(url);
    const seen: Placed[] = [];
    for await (const { data } of client.iterate<{ events: Placed }>({ query: EVENTS, variables: { id } })) {
      if (data) seen.push(data.events);
      if (seen.length >= 80) break;
    }
    await client.dispose();
    return seen;
  };
  const following = [follow(api.url), follow(other.url)];
  await Promise.all(
    runIds.map(async (runId) => {
      for (let at = 1; at <= 20; at++)
        await inRun(world.database.sql, runId, null, async (_tx, emit) => emit({ type: "STEPS_CHANGED", totalSteps: at }));
    }),
  );
  const [one, two] = await Promise.all(following);
  expect(one).toHaveLength(80);
  expect(two).toEqual(one);
  await other.kill();
});

test("an API that a test started ends in good order when the test's process does", async () => {
  const started = await startApiProcess(environment());
  expect((await get(started.url, "{ server { version } }")).server.version).toMatch(/^\d/);
  const ended = once(started.child, "exit");
  started.child.stdin?.end();
  expect(await ended).toEqual([0, null]);
});

test("an API without its settings names every one that is missing", async () => {
  await expect(startApiProcess({ DATABASE_URL: "", GRADUS_BLOBS: "" })).rejects.toThrow(/DATABASE_URL.*GRADUS_BLOBS/);
});

test("while no workflow server answers, what is stored is served, and a start is refused in words", async () => {
  expect((await fetch(`${api.url}/readyz`)).status).toBe(503);
  const CREATE =
    "mutation ($source: String!) { createExperiment(input: { source: $source, start: true }) { ok error { message } experiment { id status } } }";
  const { createExperiment } = await get(api.url, CREATE, { source: SAMPLE });
  expect(createExperiment).toMatchObject({ ok: false, experiment: { status: "QUEUED" } });
  expect(createExperiment.error.message).toMatch(/^stored as sample-.*, but not started: the workflow server does not answer$/);
});
