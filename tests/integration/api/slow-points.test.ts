import { once } from "node:events";
import { setTimeout } from "node:timers/promises";
import { inRun } from "@gradus/prisma/training/run-transaction";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { connect, collect, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;

beforeAll(async () => {
  world = await startDatabaseWorld();
  // Held for 100 ms is slow here, and for a minute it may be.
  api = await startTestApi(world.database, { slow: { bytes: 100_000_000, ms: 60_000 }, coalesce: { bytes: 50_000, heldMs: 100 } });
});
afterAll(async () => {
  await api.close();
  await world.close();
});

interface Batch {
  readonly cursor: string;
  readonly batches: number;
  readonly points: readonly { readonly name: string; readonly step: number }[];
  readonly ranges: readonly { readonly name: string; readonly fromStep: number; readonly toStep: number; readonly count: number }[];
}

const NAMES = Array.from({ length: 1_000 }, (_, index) => `metric/${String(index).padStart(240, "0")}`);
const POINTS =
  "subscription ($id: ID!, $after: Cursor) { metricPoints(runId: $id, after: $after) { cursor batches points { name step value } ranges { name fromStep toStep count } } }";

/** The event of a batch alone: streams read events, and the points of so large batches would take long to store. */
const record = (runId: string, step: number) =>
  inRun(world.database.sql, runId, null, async (_tx, emit) =>
    emit({ type: "METRICS_RECORDED", points: NAMES.map((name) => [name, step, step]) }),
  );

test("a socket that falls behind is told the latest points and which steps it was not told of: what it has and what they name is what was committed", async () => {
  const [runId = ""] = (await createSample(world.database, "behind")).runIds;
  const socket = new WebSocket(`${api.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  const seen: Batch[] = [];
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "connection_init" }));
  await once(socket, "message");
  socket.on("message", (data: Buffer) => {
    const message = JSON.parse(String(data)) as { type: string; payload?: { data: { metricPoints: Batch } } };
    if (message.type === "next" && message.payload) seen.push(message.payload.data.metricPoints);
  });
  socket.send(JSON.stringify({ id: "1", type: "subscribe", payload: { query: POINTS, variables: { id: runId } } }));
  await record(runId, 1);
  while (seen.length < 1) await setTimeout(10);
  // It stops reading; each batch is 300 kB of text, and the kernel's buffers end somewhere.
  socket.pause();
  const steps = 60;
  for (let step = 2; step <= steps; step++) await record(runId, step);
  await setTimeout(500);
  socket.resume();
  while (!seen.some(({ points }) => points.some(({ step }) => step === steps))) await setTimeout(20);
  socket.close();

  expect(seen.some(({ batches }) => batches > 1)).toBe(true);
  expect(seen.reduce((sum, { batches }) => sum + batches, 0)).toBe(steps);
  expect(seen.length).toBeLessThan(steps);
  for (const name of [NAMES[0], NAMES[500]]) {
    const known = new Set(
      seen.flatMap(({ points, ranges }) => [
        ...points.filter((point) => point.name === name).map(({ step }) => step),
        ...ranges
          .filter((range) => range.name === name)
          .flatMap(({ fromStep, toStep }) => Array.from({ length: toStep - fromStep + 1 }, (_, at) => fromStep + at)),
      ]),
    );
    expect([...known].toSorted((a, b) => a - b)).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
    const counted = seen.flatMap(({ points, ranges }) => {
      const range = ranges.find((one) => one.name === name);
      return range ? [range.count] : [points.filter((point) => point.name === name).length];
    });
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(steps);
  }
  // Where it goes on after the marker's cursor nothing is told again.
  const marker = seen.find(({ batches }) => batches > 1);
  const told = Math.max(...(marker?.points.map(({ step }) => step) ?? [0]));
  const client = connect(api.url);
  await record(runId, steps + 1);
  const [next] = await collect<Batch>(client, POINTS, { id: runId, after: marker?.cursor }, (items) => items.length === 1);
  expect(next?.points[0]?.step).toBe(told + 1);
  await client.dispose();
});

test("a socket that reads what it is given is told every batch, however much was stored before it came", async () => {
  const [runId = ""] = (await createSample(world.database, "backlog")).runIds;
  for (let step = 1; step <= 30; step++) await record(runId, step);
  const client = connect(api.url);
  const seen = await collect<Batch>(client, POINTS, { id: runId }, (items) => items.length === 30);
  expect(seen.every(({ batches }) => batches === 1)).toBe(true);
  await client.dispose();
});

test("a socket may have a hundred operations under way, and one more is refused by a code while the others go on", async () => {
  const [runId = ""] = (await createSample(world.database, "many")).runIds;
  const client = connect(api.url);
  const query = "subscription ($id: ID!) { runEvents(runId: $id) { position } }";
  const following = Array.from({ length: 100 }, () =>
    collect<{ position: number }>(client, query, { id: runId }, (items) => items.length === 1),
  );
  await setTimeout(300);
  const refused = await collect(client, query, { id: runId }, () => true).then(
    () => null,
    (error: { extensions: { code: string } }[]) => error[0]?.extensions.code,
  );
  expect(refused).toBe("TOO_MANY_OPERATIONS");
  await inRun(world.database.sql, runId, null, async (_tx, emit) => emit({ type: "STEPS_CHANGED", totalSteps: 1 }));
  for (const [event] of await Promise.all(following)) expect(event?.position).toBe(1);
  await client.dispose();
});
