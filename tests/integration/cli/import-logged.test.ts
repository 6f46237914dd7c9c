import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { gradus as run } from "../../testkit/cli/gradus.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

/** Written by PyPI's tensorboardX: tests/testkit/tensorboard/write.py. */
const LOGS = fileURLToPath(new URL("../../testkit/tensorboard/logs", import.meta.url));
const FILE = "events.out.tfevents.1800000000.host";
let world: DatabaseWorld;
let api: TestApi;
let folder: string;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  folder = await mkdtemp(join(tmpdir(), "gradus-import-"));
});
afterAll(async () => {
  await api.close();
  await world.close();
  await rm(folder, { recursive: true });
});

const gradus = (...args: readonly string[]) => run(args, { GRADUS_API_URL: api.url });
const HISTORY =
  "query ($id: ID!, $name: String!) { run(id: $id) { name status metricHistory(name: $name) { step value time } metricNames { nodes { name points } } } }";

test("TensorBoard's event files become runs, one a folder, every scalar with its step and time, and once however often they are imported", async () => {
  const { code, stdout, stderr } = await gradus("import", "tensorboard", LOGS, "--experiment", "from-tensorboard", "--json");
  expect([code, stderr]).toEqual([0, expect.stringContaining("values that are no scalars were left out")]);
  const { runs } = JSON.parse(stdout) as { runs: { name: string; runId: string; points: number; known: number }[] };
  expect(runs.map(({ name, points, known }) => [name, points, known])).toEqual([
    ["a", 111, 0],
    ["b/seed-2", 111, 0],
  ]);
  const { run: read } = await get(api.url, HISTORY, { id: runs[1]?.runId, name: "train/loss" });
  expect(read).toMatchObject({ name: "b/seed-2", status: "COMPLETED" });
  expect(read.metricNames.nodes).toEqual([
    { name: "eval/accuracy", points: 10 },
    { name: "train/loss", points: 101 },
  ]);
  expect(read.metricHistory.step).toEqual(Array.from({ length: 101 }, (_, index) => index + 1));
  // Event files hold 32-bit floats.
  expect(read.metricHistory.value.slice(0, 3)).toEqual([2, 1, Math.fround(2 / 3)]);
  expect(read.metricHistory.value.at(-1)).toBe("NaN");
  expect(read.metricHistory.time[4]).toBe(1_800_000_005_000);

  const again = JSON.parse(
    (await gradus("import", "tensorboard", LOGS, "--experiment", "from-tensorboard", "--json")).stdout,
  ) as typeof JSON;
  expect(again).toMatchObject({ runs: runs.map(({ runId }) => ({ runId, points: 111, known: 111 })) });
  expect((await get(api.url, HISTORY, { id: runs[1]?.runId, name: "train/loss" })).run.metricHistory.step).toHaveLength(101);
});

test("an event file that was cut is read up to there, and one with a flipped bit is refused at its byte", async () => {
  await cp(join(LOGS, "a"), join(folder, "cut"), { recursive: true });
  const bytes = await readFile(join(folder, "cut", FILE));
  await writeFile(join(folder, "cut", FILE), bytes.subarray(0, bytes.length - 200));
  const cut = await gradus("import", "tensorboard", join(folder, "cut"), "--dry-run");
  expect([cut.code, cut.stderr]).toEqual([0, expect.stringContaining("ends inside of a record")]);
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 20) ^ 1, bytes.length - 20);
  await writeFile(join(folder, "cut", FILE), bytes);
  const broken = await gradus("import", "tensorboard", join(folder, "cut"));
  expect([broken.code, broken.stderr]).toEqual([2, expect.stringMatching(/byte \d+: .*checksum/)]);
});

test("a CSV file becomes a run: a metric a column, gaps and non-finite values as they are", async () => {
  const file = join(folder, "history.csv");
  await writeFile(file, 'global_step,loss,"val, acc",time,note\n1,0.5,,1800000000,warm\n2,nan,0.25,1800000001,\n3,-inf,0.5,1800000002,\n');
  const { code, stdout, stderr } = await gradus("import", "csv", file, "--step", "global_step", "--experiment", "from-csv", "--json");
  expect([code, stderr]).toEqual([0, expect.stringContaining("1 cells that hold no number were left out")]);
  const { runs } = JSON.parse(stdout) as { runs: { runId: string; points: number }[] };
  expect(runs[0]?.points).toBe(5);
  const { run: loss } = await get(api.url, HISTORY, { id: runs[0]?.runId, name: "loss" });
  expect(loss.metricHistory).toEqual({
    step: [1, 2, 3],
    value: [0.5, "NaN", "-Infinity"],
    time: [1_800_000_000_000, 1_800_000_001_000, 1_800_000_002_000],
  });
  expect((await get(api.url, HISTORY, { id: runs[0]?.runId, name: "val, acc" })).run.metricHistory.step).toEqual([2, 3]);
  const refused = await gradus("import", "csv", file);
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("there is no column step")]);
});
