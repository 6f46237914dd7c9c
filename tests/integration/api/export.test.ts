import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { compactSeries } from "@gradus/prisma/metrics/compact";
import { createExternalRun, logPoints } from "@gradus/prisma/metrics/external-run-store";
import { inRun, recordPoints } from "@gradus/prisma/training/run-transaction";
import { parquetMetadata, parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { gradus } from "../../testkit/cli/gradus.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;
let runIds: string[];

const line = (name: string, from: number, count: number, value: (step: number) => number) => {
  const steps = Array.from({ length: count }, (_, index) => from + index);
  return { name, steps, values: steps.map(value), times: steps.map((step) => 1_800_000_000_000 + step) };
};
const sha = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function fetchExport(url: string, query: Record<string, string>): Promise<{ bytes: Uint8Array; asOf: string }> {
  const response = await fetch(`${url}/export/points?${new URLSearchParams(query)}`);
  expect(response.status).toBe(200);
  return { bytes: new Uint8Array(await response.arrayBuffer()), asOf: response.headers.get("x-gradus-as-of") ?? "" };
}

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
  const { sql } = world.database;
  const { runIds: ours } = await createSample(world.database, "export");
  await inRun(sql, ours[0] ?? "", null, (tx, emit) =>
    recordPoints(tx, emit, ours[0] ?? "", [{ name: "train/reward", step: 1, value: 0.25 }]),
  );
  const settings = {
    projectId: "default",
    experiment: 'odd "name", #1',
    arm: "a",
    seed: 3,
    name: null,
    config: { lr: 0.1 },
    tags: {},
    key: "k",
    parentRunId: null,
  };
  const { id } = await createExternalRun(sql, { ...settings, session: "one" });
  await createExternalRun(sql, { ...settings, session: "two" });
  await logPoints(sql, id, "1", 1, [line("loss", 0, 6_000, (step) => Math.sin(step) / 3), line('a "b", c', 0, 3, () => Number.NaN)]);
  await logPoints(sql, id, "2", 2, [line("loss", 5_000, 500, () => Number.POSITIVE_INFINITY), line("few", 0, 2, (step) => -step)]);
  runIds = [ours[0] ?? "", id];
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const FORMATS = ["csv", "jsonl", "parquet"] as const;

test("holds every point of every attempt, alike in each format", async () => {
  const csv = new TextDecoder().decode((await fetchExport(api.url, { project: "default", format: "csv" })).bytes);
  const [comment, head, ...lines] = csv.trimEnd().split("\n");
  expect(comment).toMatch(/^# gradus points as of [\w-]+$/);
  expect(head).toBe("run,name,step,value,time_ms,segment,batch");
  expect(lines).toHaveLength(1 + 6_000 + 3 + 500 + 2);
  expect(lines.filter((text) => text.startsWith(`${runIds[1]},loss,5000,`))).toEqual([
    `${runIds[1]},loss,5000,${Math.sin(5_000) / 3},1800000005000,1,1`,
    `${runIds[1]},loss,5000,Infinity,1800000005000,2,2`,
  ]);
  expect(lines).toContain(`${runIds[1]},"a ""b"", c",0,NaN,1800000000000,1,1`);
  const jsonl = new TextDecoder()
    .decode((await fetchExport(api.url, { project: "default", format: "jsonl" })).bytes)
    .trimEnd()
    .split("\n");
  const { bytes, asOf } = await fetchExport(api.url, { project: "default", format: "parquet" });
  const rows = (await parquetReadObjects({ file: bytes.buffer as ArrayBuffer })) as Record<string, unknown>[];
  const objects = jsonl
    .filter((text) => !text.startsWith('{"run":{'))
    .slice(1)
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(rows.map(({ run, name, step, value, time_ms, segment, batch }) => [run, name, step, value, time_ms, segment, batch])).toEqual(
    objects.map(({ run, name, step, value, time, segment, batch }) => [run, name, step, Number(value), time, segment, batch]),
  );
  expect(parquetMetadata(bytes.buffer as ArrayBuffer).key_value_metadata).toEqual([{ key: "gradus.asOf", value: asOf }]);
});

test("is the same bytes as of the same moment, whatever came later and however it is stored; imported elsewhere it hashes the same", async () => {
  const { sql } = world.database;
  const before = await Promise.all(FORMATS.map((format) => fetchExport(api.url, { run: runIds[1] ?? "", format })));
  const asOf = before[0]?.asOf ?? "";
  await logPoints(sql, runIds[1] ?? "", "later", 2, [line("loss", 0, 9_000, () => 7), line("new", 0, 1, () => 1)]);
  for (const { id } of await sql<{ id: string }[]>`select id from metrics.series`) await compactSeries(sql, id);
  const now = await fetchExport(api.url, { run: runIds[1] ?? "", format: "csv" });
  expect(now.asOf).not.toBe(asOf);
  for (const [at, format] of FORMATS.entries()) {
    const again = await fetchExport(api.url, { asOf, format });
    expect([format, sha(again.bytes)]).toEqual([format, sha(before[at]?.bytes ?? new Uint8Array())]);
  }

  await using other = await startDatabaseWorld();
  const second = await startTestApi(other.database);
  try {
    const send = (body: Uint8Array | string): Promise<Response> =>
      fetch(`${second.url}/import/points`, { method: "POST", body: typeof body === "string" ? body : Uint8Array.from(body) });
    const jsonl = before[1]?.bytes ?? new Uint8Array();
    const cut = new TextDecoder().decode(jsonl);
    const bad = await send(`${cut.slice(0, 100_000)}\n`);
    expect([bad.status, await bad.json()]).toEqual([400, { error: expect.stringMatching(/^line \d+: not JSON/) }]);
    expect([...(await other.database.sql`select id from "Run"`)]).toEqual([]);
    const imported = await send(jsonl);
    expect([imported.status, await imported.json()]).toEqual([200, { runs: 1, points: 6_505 }]);
    for (const [at, format] of FORMATS.entries()) {
      const again = await fetchExport(second.url, { run: runIds[1] ?? "", format });
      expect([format, sha(again.bytes)]).toEqual([format, sha(before[at]?.bytes ?? new Uint8Array())]);
    }
    expect((await send(jsonl)).status).toBe(409);
  } finally {
    await second.close();
  }
});

test("is asked of something, and refuses what is no moment", async () => {
  for (const query of ["", "?asOf=x", "?format=xml&project=default"])
    expect((await fetch(`${api.url}/export/points${query}`)).status).toBe(400);
});

test("comes through the command line, to standard output and to a file", async () => {
  const { bytes, asOf } = await fetchExport(api.url, { run: runIds[1] ?? "", format: "csv" });
  const { code, stdout } = await gradus(["export", "--run", runIds[1] ?? ""], { GRADUS_API_URL: api.url });
  expect([code, sha(new TextEncoder().encode(`${stdout}\n`))]).toEqual([0, sha(bytes)]);
  const file = join(world.home, "points.csv");
  await gradus(["export", "--as-of", asOf, "--out", file], { GRADUS_API_URL: api.url });
  expect(sha(await readFile(file))).toBe(sha(bytes));
  const refused = await gradus(["export"], { GRADUS_API_URL: api.url });
  expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("name a project, an experiment, runs, or asOf")]);
});
