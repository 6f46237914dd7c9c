import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startApiProcess } from "../../testkit/api/api-process.ts";
import type { ApiProcess } from "../../testkit/api/api-process.ts";
import { eventsOf, openStream } from "../../testkit/api/sse.ts";
import { connect, get } from "../../testkit/api/test-api.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let writer: ApiProcess;
const environment = () => ({ DATABASE_URL: world.databaseUrl, GRADUS_BLOBS: join(world.home, "blobs") });

beforeAll(async () => {
  world = await startDatabaseWorld();
  writer = await startApiProcess(environment());
});
afterAll(async () => {
  await writer.kill();
  await world.close();
});

interface Batch {
  readonly cursor: string;
  readonly points: readonly { readonly name: string; readonly step: number }[];
}

const CREATE = "mutation ($input: CreateRunInput!) { createRun(input: $input) { error { message } segment run { id } } }";
const LOG = "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok error { message } duplicate } }";
const POINTS = "subscription ($id: ID!, $after: Cursor) { metricPoints(runId: $id, after: $after) { cursor points { name step } } }";

async function createRun(key: string): Promise<{ id: string; segment: number }> {
  const { createRun: made } = await get(writer.url, CREATE, { input: { experiment: "two processes", key } });
  expect(made.error).toBeNull();
  return { id: made.run.id, segment: made.segment };
}

/** One point a batch through one process; each batch is sent twice, as a client does that lost the answer. */
async function log(url: string, { id, segment }: { id: string; segment: number }, from: number, to: number): Promise<void> {
  for (let step = from; step <= to; step++) {
    const series = [{ name: "loss", steps: [step], values: [1 / step], times: [1_800_000_000_000 + step] }];
    for (const duplicate of [false, true]) {
      const { logMetrics } = await get(url, LOG, { input: { runId: id, batchId: `step ${step}`, segment, series } });
      expect(logMetrics).toEqual({ ok: true, error: null, duplicate });
    }
  }
}

test("who follows through one process sees what is written through another, and goes on at the other one when his is killed: no gap, no duplicate", async () => {
  const run = await createRun("killed reader");
  const reader = await startApiProcess(environment());
  const seen: Batch[] = [];
  let url = reader.url;
  const steps = 60;
  const following = (async () => {
    while (seen.length < steps) {
      const client = connect(url);
      try {
        const items = client.iterate<{ metricPoints: Batch }>({
          query: POINTS,
          variables: { id: run.id, after: seen.at(-1)?.cursor ?? null },
        });
        for await (const { data } of items) {
          if (data) seen.push(data.metricPoints);
          if (seen.length >= steps) break;
        }
      } catch {
        // Tolerates the end of the process it reads from: then the other one has the rest.
        url = writer.url;
        await setTimeout(20);
      }
      void client.dispose();
    }
  })();
  await log(writer.url, run, 1, 20);
  while (seen.length < 10) await setTimeout(10);
  await Promise.all([log(writer.url, run, 21, steps), setTimeout(30).then(() => reader.kill())]);
  await following;
  expect(url).toBe(writer.url);
  expect(seen.flatMap(({ points }) => points.map(({ step }) => step))).toEqual(Array.from({ length: steps }, (_, index) => index + 1));
});

test("a batch retried at another process because the first was killed is stored once, and told once", async () => {
  const run = await createRun("killed writer");
  const first = await startApiProcess(environment());
  const stored = expect.objectContaining({ ok: true });
  const send = (url: string, step: number) =>
    get(url, LOG, {
      input: {
        runId: run.id,
        batchId: `${step}`,
        segment: run.segment,
        series: [{ name: "loss", steps: [step], values: [0], times: [1] }],
      },
    });
  let killed = false;
  for (let step = 1; step <= 40; step++) {
    if (step === 20) void first.kill().then(() => (killed = true));
    try {
      expect((await send(first.url, step)).logMetrics).toEqual(stored);
    } catch {
      // Tolerates the kill: whether the batch was stored is not known, so it is sent again.
      expect((await send(writer.url, step)).logMetrics).toEqual(stored);
    }
  }
  expect(killed).toBe(true);
  const seen: number[] = [];
  for await (const { data } of eventsOf(await openStream(writer.url, POINTS, { id: run.id }))) {
    seen.push(...(data.data.metricPoints as Batch).points.map(({ step }) => step));
    if (seen.length === 40) break;
  }
  expect(seen).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  const { run: read } = await get(writer.url, `query ($id: ID!) { run(id: $id) { metricStorage { points } } }`, { id: run.id });
  expect(read.metricStorage.points).toBe(40);
});

test("a drained process closes its sockets with 1012, and their readers go on elsewhere from their cursors", async () => {
  const run = await createRun("drained");
  await log(writer.url, run, 1, 3);
  const drained = await startApiProcess(environment());
  const closed = Promise.withResolvers<number>();
  const client = connect(drained.url);
  client.on("closed", (event) => closed.resolve((event as { code: number }).code));
  const items = client.iterate<{ metricPoints: Batch }>({ query: POINTS, variables: { id: run.id } });
  const seen: Batch[] = [];
  for (let at = 0; at < 3; at++) seen.push((await items.next()).value.data.metricPoints);
  const ended = items.next().then(
    () => null,
    () => null,
  );
  drained.child.kill("SIGTERM");
  expect(await closed.promise).toBe(1012);
  await ended;
  await log(writer.url, run, 4, 5);
  const elsewhere = connect(writer.url);
  for await (const { data } of elsewhere.iterate<{ metricPoints: Batch }>({
    query: POINTS,
    variables: { id: run.id, after: seen.at(-1)?.cursor },
  })) {
    if (data) seen.push(data.metricPoints);
    if (seen.length === 5) break;
  }
  expect(seen.flatMap(({ points }) => points.map(({ step }) => step))).toEqual([1, 2, 3, 4, 5]);
  await elsewhere.dispose();
});
