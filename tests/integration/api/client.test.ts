import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { choosePort } from "@gradus/cli/up/free-port";
import { sendLeftover, startRun } from "@gradus/client";
import { readCurrent, readSeries } from "@gradus/prisma/metrics/read-series";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { startApiProcess } from "../../testkit/api/api-process.ts";
import type { ApiProcess } from "../../testkit/api/api-process.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

const logging = fileURLToPath(new URL("../../testkit/api/logging-process.ts", import.meta.url));

let world: DatabaseWorld;
let journal: string;
let api: ApiProcess;
let port: string;

const startApi = async (): Promise<void> => {
  api = await startApiProcess({ DATABASE_URL: world.databaseUrl, GRADUS_PORT: port, GRADUS_BLOBS: join(world.home, "blobs") });
};

beforeAll(async () => {
  world = await startDatabaseWorld();
  port = String(await choosePort());
  await startApi();
});
afterAll(async () => {
  await api.kill();
  await world.close();
});
beforeEach(async () => {
  journal = await mkdtemp(join(tmpdir(), "gradus-journal-"));
});
afterEach(() => rm(journal, { recursive: true, force: true }));

const settings = () => ({ url: api.url, journal, experiment: "client", delayMs: 20 });
const stored = (id: string) => readSeries(world.database.sql, { runIds: [id], names: null });

test("what is logged is stored, with its steps, times and values that are no finite numbers, and the journal is empty then", async () => {
  const run = startRun({ ...settings(), name: "one", config: { lr: 1 }, tags: { a: "b" } });
  for (let step = 0; step < 2_500; step++)
    run.log(step, { loss: 1 / (step + 1), odd: step % 3 === 0 ? Number.NaN : step % 3 === 1 ? Infinity : -Infinity }, 1e12 + step);
  run.logSample(7, "said", { kind: "TEXT", body: "hello" });
  await run.finish();
  const [loss, odd] = await stored(await run.id());
  expect([...(loss?.points.values ?? [])]).toEqual(Array.from({ length: 2_500 }, (_, step) => 1 / (step + 1)));
  expect([...(loss?.points.times ?? [])]).toEqual(Array.from({ length: 2_500 }, (_, step) => 1e12 + step));
  expect([...(odd?.points.values.slice(0, 3) ?? [])]).toEqual([Number.NaN, Infinity, -Infinity]);
  const [row] = await world.database.sql<{ status: string; name: string; samples: number }[]>`
    select status, name, (select count(*)::int from metrics.sample where run_id = r.id) as samples from "Run" r where id = ${await run.id()}`;
  expect(row).toEqual({ status: "COMPLETED", name: "one", samples: 1 });
  expect(await readdir(journal)).toEqual([]);
});

test("what is refused is told and set aside, and everything else is stored", async () => {
  const troubles: string[] = [];
  const run = startRun({ ...settings(), onTrouble: ({ message }) => troubles.push(message) });
  run.log(1, { good: 1 });
  await run.flush();
  run.log(2, { ["x".repeat(300)]: 1 });
  await run.flush();
  run.log(3, { good: 3 });
  await run.finish();
  const [good] = await stored(await run.id());
  expect([...(good?.points.steps ?? [])]).toEqual([1, 3]);
  expect(troubles).toEqual([expect.stringContaining("series[0].name")]);
  const [session = ""] = await readdir(journal);
  expect(await readdir(join(journal, session, "refused"))).toHaveLength(1);
});

test("nothing is lost or written twice while the server is killed and away, again and again", async () => {
  const run = startRun({ ...settings(), experiment: "away" });
  const id = await run.id();
  for (let round = 0; round < 3; round++) {
    for (let step = 0; step < 20_000; step++) {
      run.log(20_000 * round + step, { loss: step });
      if (step % 1_000 === 0) await new Promise((resolve) => setImmediate(resolve));
      if (step === 10_000) await api.kill();
    }
    await startApi();
  }
  await run.finish();
  const [loss] = await stored(id);
  expect([...(loss?.points.steps ?? [])]).toEqual(Array.from({ length: 60_000 }, (_, step) => step));
});

test("a process that is killed has lost nothing that it logged, and the next one sends it", async () => {
  const child = spawn(process.execPath, [logging, journal, api.url, "k"], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  let said = "";
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.split("\n").length > 5_000) child.kill("SIGKILL");
  }
  await ended;
  // A line without its end may have been cut by the kill.
  const last = Number(said.split("\n").at(-2));
  expect(last).toBeGreaterThan(4_000);
  while ((await sendLeftover({ journal })) > 0);
  const [{ id = "" } = {}] = await world.database.sql<
    { id: string }[]
  >`select r.id from "Run" r join "Experiment" e on e.id = r."experimentId" where e.name = 'killed'`;
  const [accuracy, loss] = await stored(id);
  const steps = [...(loss?.points.steps ?? [])];
  expect(steps).toEqual(Array.from({ length: steps.length }, (_, at) => at + 1));
  // One more may have reached the journal than was said.
  expect(steps.length - last).toBeGreaterThanOrEqual(0);
  expect([...(accuracy?.points.values ?? [])]).toEqual(steps);
});

test("a run that is resumed under its key supersedes the steps it repeats", async () => {
  for (const session of [1, 2]) {
    const run = startRun({ ...settings(), experiment: "resumed", key: "same" });
    for (let step = session === 1 ? 0 : 50; step < 100; step++) run.log(step, { loss: session });
    await run.finish();
  }
  const [{ id = "" } = {}] = await world.database.sql<
    { id: string }[]
  >`select r.id from "Run" r join "Experiment" e on e.id = r."experimentId" where e.name = 'resumed'`;
  const [current] = await readCurrent(world.database.sql, { runIds: [id], names: ["loss"] });
  expect([...(current?.points.values ?? [])]).toEqual([...Array(50).fill(1), ...Array(50).fill(2)]);
  expect((await stored(id))[0]?.points.steps).toHaveLength(150);
});
