import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { compactSeries } from "@gradus/prisma/metrics/compact";
import { createExternalRun, logPoints, logSamples } from "@gradus/prisma/metrics/external-run-store";
import { readMetricSeries } from "@gradus/prisma/reading/metric-reader";
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

const REPORT = {
  loss: 0.5,
  entropy: null,
  klToSampler: 0.001,
  clipFraction: 0.25,
  maxLogProbGap: 0.1,
  gradNorm: 1.5,
  learningRate: 3e-4,
  tokens: 100,
  rollouts: 8,
};
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

test("with checkpoints and samples is a folder of one moment, the same bytes later, and the same hashes where it was imported", async () => {
  const { sql } = world.database;
  const [ours = "", external = ""] = runIds;
  const [weights, better] = [Buffer.from("initial weights"), Buffer.from("weights after a step")];
  const commit = async (version: number, bytes: Buffer): Promise<void> => {
    const hash = sha(bytes);
    expect((await fetch(`${api.url}/blobs/${hash}`, { method: "PUT", body: Uint8Array.from(bytes) })).ok).toBe(true);
    await sql`insert into "Checkpoint" ("contentHash", bytes, engine) values (${hash}, ${bytes.length}, 'test') on conflict do nothing`;
    const report = version === 0 ? null : sql.json(REPORT);
    await sql`insert into "PolicyVersion" ("runId", version, step, "checkpointHash", report) values (${ours}, ${version}, ${version}, ${hash}, ${report})`;
  };
  await commit(0, weights);
  await commit(1, better);
  await logSamples(sql, external, "texts", 2, [
    { name: "said", step: 3, kind: "TEXT", body: "zwölf\n", time: 1_800_000_000_123 },
    { name: "said", step: 3, kind: "TEXT", body: "again", time: 1_800_000_000_124 },
    {
      name: "all",
      step: 1,
      kind: "TABLE",
      body: {
        columns: ["b", "a"],
        rows: [
          [1.5, null],
          ["x", [true]],
        ],
      },
      time: 1,
    },
  ]);
  const folder = join(world.home, "kept");
  const exported = await gradus(["export", "--project", "default", "--format", "jsonl", "--with", "samples,checkpoints", "--out", folder], {
    GRADUS_API_URL: api.url,
  });
  expect(exported.code).toBe(0);
  const names = ["points.jsonl", "samples.jsonl", "checkpoints.jsonl"];
  const hashesOf = async (of: string): Promise<string[]> => Promise.all(names.map(async (name) => sha(await readFile(join(of, name)))));
  const before = await hashesOf(folder);
  expect(exported.stdout.trimEnd().split("\n").toSorted()).toEqual(names.map((name, at) => `${before[at]}  ${name}`).toSorted());
  expect((await readdir(join(folder, "blobs"))).toSorted()).toEqual([sha(weights), sha(better)].toSorted());
  const linesOf = async (name: string) =>
    (await readFile(join(folder, name), "utf8"))
      .trimEnd()
      .split("\n")
      .map((text) => JSON.parse(text) as object);
  const [head, ...checkpoints] = await linesOf("checkpoints.jsonl");
  expect(checkpoints).toMatchObject([
    { run: ours, policyVersion: 0, hash: sha(weights), report: null },
    { run: ours, policyVersion: 1, hash: sha(better), bytes: better.length, engine: "test", report: REPORT },
  ]);
  expect((await linesOf("samples.jsonl")).slice(1)).toMatchObject([{ name: "all", kind: "TABLE" }, { body: "zwölf\n" }, { body: "again" }]);

  // What comes later is of another moment.
  await commit(2, Buffer.from("later"));
  await logSamples(sql, external, "later", 2, [{ name: "said", step: 3, kind: "TEXT", body: "later", time: 1 }]);
  const { asOf } = head as { asOf: string };
  const later = join(world.home, "later");
  await gradus(["export", "--as-of", asOf, "--format", "jsonl", "--with", "checkpoints,samples", "--out", later], {
    GRADUS_API_URL: api.url,
  });
  expect(await hashesOf(later)).toEqual(before);

  await using other = await startDatabaseWorld();
  const second = await startTestApi(other.database);
  try {
    const imported = await gradus(["import", "export", folder, "--json"], { GRADUS_API_URL: second.url });
    const runs = (await linesOf("points.jsonl")).filter((line) => "run" in line && typeof line.run === "object").length;
    expect(JSON.parse(imported.stdout)).toEqual({ points: (await linesOf("points.jsonl")).length - 1 - runs, samples: 3, checkpoints: 2 });
    // Again, as after an import that broke off: nothing twice.
    const again = await gradus(["import", "export", folder, "--json"], { GRADUS_API_URL: second.url });
    expect([again.code, again.stderr]).toEqual([0, expect.stringContaining("its points stay as they are")]);
    expect(JSON.parse(again.stdout)).toEqual({ points: null, samples: 0, checkpoints: 0 });
    const back = join(world.home, "back");
    await gradus(["export", "--project", "default", "--format", "jsonl", "--with", "checkpoints,samples", "--out", back], {
      GRADUS_API_URL: second.url,
    });
    expect(await hashesOf(back)).toEqual(before);
    expect((await readdir(join(back, "blobs"))).toSorted()).toEqual([sha(weights), sha(better)].toSorted());
    for (const format of FORMATS) {
      const [one, two] = await Promise.all([api.url, second.url].map((url) => fetchExport(url, { asOf, format })));
      expect([format, sha(one?.bytes ?? new Uint8Array())]).toEqual([format, sha(two?.bytes ?? new Uint8Array())]);
    }
    const send = async (what: string, lines: readonly object[]) => {
      const body = [{ gradus: what, version: 1 }, ...lines].map((line) => JSON.stringify(line)).join("\n");
      const response = await fetch(`${second.url}/import/${what}`, { method: "POST", body });
      return [response.status, ((await response.json()) as { error?: string }).error];
    };
    const [checkpoint] = checkpoints as [object];
    const missing = "0".repeat(64);
    expect(await send("checkpoints", [{ ...checkpoint, policyVersion: 9, hash: missing }])).toEqual([
      409,
      `checkpoint ${missing} of run ${ours} is not in the blob store: PUT /blobs/${missing} first`,
    ]);
    expect(await send("samples", [{ run: "nobody", name: "n", step: 1, segment: 1, batch: 1, kind: "TEXT", body: "x", time: 1 }])).toEqual([
      409,
      "there is no run nobody: import its points first",
    ]);
    expect(await send("samples", [{ run: external, name: "n", step: 1, segment: 1, batch: 99, kind: "TEXT", body: {}, time: 1 }])).toEqual([
      400,
      expect.stringContaining("samples[0].body"),
    ]);
  } finally {
    await second.close();
  }
  const trained = await fetch(`${api.url}/import/checkpoints`, {
    method: "POST",
    body: await readFile(join(folder, "checkpoints.jsonl")),
  });
  expect([trained.status, await trained.json()]).toEqual([
    409,
    { error: `run ${ours} is trained by Gradus here: nothing is written to it from outside` },
  ]);
  const plain = await fetchExport(api.url, { project: "default", format: "csv" });
  expect((await fetch(`${api.url}/export/checkpoints?${new URLSearchParams({ asOf: plain.asOf })}`)).status).toBe(400);
});

test("is asked of something, and refuses what is no moment", async () => {
  for (const query of ["", "?asOf=x", "?format=xml&project=default"])
    expect((await fetch(`${api.url}/export/points${query}`)).status).toBe(400);
});

test("of what is not there is refused by its name: an empty file would look like an export", async () => {
  for (const asked of [{ run: "none" }, { experiment: "none" }, { project: "none" }, { project: "default", run: "none" }]) {
    const response = await fetch(`${api.url}/export/points?${new URLSearchParams(asked)}`);
    const named = "run" in asked ? "run" : "experiment" in asked ? "experiment" : "project";
    expect([response.status, await response.json()]).toEqual([400, { error: `${named}: there is no ${named} none` }]);
  }
});

test("of the runs that a filter finds is the export of these runs, and a filter that is none is refused by name", async () => {
  const [ours = "", theirs = ""] = runIds;
  const [of, alone] = await Promise.all(
    [{ project: "default", where: "config.lr = 0.1" }, { run: theirs }].map((query) => fetchExport(api.url, { ...query, format: "jsonl" })),
  );
  expect(sha(of?.bytes ?? new Uint8Array())).toBe(sha(alone?.bytes ?? new Uint8Array()));
  // Of the runs that are named, and none where they are not among those it finds.
  expect((await fetchExport(api.url, { run: ours, where: "config.lr = 0.1" })).asOf).toBe(
    (await fetchExport(api.url, { run: theirs, where: "config.lr = 99" })).asOf,
  );
  for (const [where, message] of [
    ["config.lr <", "where: "],
    ["lr = 0.1", "where: lr: begin with metrics., config. or tags."],
    ["", "where"],
  ] as const) {
    const response = await fetch(`${api.url}/export/points?${new URLSearchParams({ where })}`);
    expect([response.status, ((await response.json()) as { error: string }).error]).toEqual([400, expect.stringContaining(message)]);
  }
});

test("comes through the command line, to standard output and to a file", async () => {
  const { bytes, asOf } = await fetchExport(api.url, { run: runIds[1] ?? "", format: "csv" });
  const { code, stdout } = await gradus(["export", "--run", runIds[1] ?? ""], { GRADUS_API_URL: api.url });
  expect([code, sha(new TextEncoder().encode(`${stdout}\n`))]).toEqual([0, sha(bytes)]);
  const file = join(world.home, "points.csv");
  await gradus(["export", "--as-of", asOf, "--out", file], { GRADUS_API_URL: api.url });
  expect(sha(await readFile(file))).toBe(sha(bytes));
  const found = await gradus(["export", "--where", "config.lr = 0.1 and metrics.few < 0"], { GRADUS_API_URL: api.url });
  expect([found.code, sha(new TextEncoder().encode(`${found.stdout}\n`))]).toEqual([0, sha(bytes)]);
  const refused = await gradus(["export"], { GRADUS_API_URL: api.url });
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringContaining("name a project, an experiment, runs, a filter of runs with where, or asOf"),
  ]);
});

test("puts points in order that a file has in another one", async () => {
  const [, id = ""] = runIds;
  const text = async (run: string): Promise<string[]> =>
    new TextDecoder()
      .decode((await fetchExport(api.url, { run, format: "jsonl" })).bytes)
      .trimEnd()
      .replaceAll(run, "RUN")
      .split("\n");
  const [head = "", told = "", ...points] = await text(id);
  const file = [head, told, ...points.toReversed()].map((each) => `${each.replaceAll("RUN", "turned-round")}\n`).join("");
  expect((await fetch(`${api.url}/import/points`, { method: "POST", body: file })).status).toBe(200);
  expect((await text("turned-round")).slice(2)).toEqual(points);
  const [series] = await readMetricSeries(world.database, ["turned-round"], ["loss"], { maxPoints: 10 });
  expect(series?.buckets).toEqual((await readMetricSeries(world.database, [id], ["loss"], { maxPoints: 10 }))[0]?.buckets);
});
