import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ask, collect, connect, get, startTestApi } from "../../testkit/api/test-api.ts";
import type { TestApi } from "../../testkit/api/test-api.ts";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let api: TestApi;

beforeAll(async () => {
  world = await startDatabaseWorld();
  api = await startTestApi(world.database);
});
afterAll(async () => {
  await api.close();
  await world.close();
});

const CREATE = `mutation ($input: CreateRunInput!) { createRun(input: $input) { ok error { message fields { path expected } } segment
  run { id name isExternal seed status config tags segments experiment { name status } arm { name } parent { id } } } }`;
const LOG = "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok duplicate error { message fields { path expected } } } }";

const create = async (input: object) => (await get(api.url, CREATE, { input: { experiment: "mine", ...input } })).createRun;
const log = async (input: object) => (await get(api.url, LOG, { input })).logMetrics;

const series = (name: string, from: number, count: number) => {
  const steps = Array.from({ length: count }, (_, index) => from + index);
  return { name, steps, values: steps.map((step) => step / 2), times: steps.map((step) => 1_800_000_000_000 + step) };
};

describe("a run that others train", () => {
  test("is made once by its key, with its experiment, arm, config and tags, and each session is a segment", async () => {
    const input = { name: "first", arm: "wide", seed: 7, key: "k", config: { lr: 0.1, deep: { layers: 2 } }, tags: { team: "a" } };
    const made = await create({ ...input, session: "s1" });
    expect(made).toMatchObject({
      ok: true,
      segment: 1,
      run: {
        name: "first",
        isExternal: true,
        seed: 7,
        status: "RUNNING",
        config: { lr: 0.1, deep: { layers: 2 } },
        tags: { team: "a" },
        experiment: { name: "mine", status: "RUNNING" },
        arm: { name: "wide" },
      },
    });
    expect(await create({ ...input, session: "s1" })).toMatchObject({ segment: 1, run: { id: made.run.id, segments: 1 } });
    expect(await create({ ...input, session: "s2" })).toMatchObject({ segment: 2, run: { id: made.run.id, segments: 2 } });
    const child = await create({ parentRunId: made.run.id });
    expect(child.run.parent.id).toBe(made.run.id);
  });

  test("has no workflow here: its experiment is neither started nor cancelled, and stays as it is", async () => {
    const { run } = await create({ experiment: "elsewhere", key: "elsewhere" });
    const [id] = run.id.split(".");
    for (const verb of ["startExperiment", "cancelExperiment"])
      expect((await get(api.url, `mutation ($id: ID!) { ${verb}(id: $id) { ok error { message } } }`, { id }))[verb]).toMatchObject({
        ok: false,
        error: { message: expect.stringMatching(/trained elsewhere: .*finishRun ends each/) },
      });
    expect(api.control.asked.filter((asked) => asked.includes(id))).toEqual([]);
    expect((await get(api.url, "query ($id: ID!) { experiment(id: $id) { status } }", { id })).experiment.status).toBe("RUNNING");
  });

  test("that many processes make at once is one run with a segment for each", async () => {
    const made = await Promise.all(Array.from({ length: 8 }, (_, at) => create({ experiment: "race", key: "same", session: `s${at}` })));
    expect(new Set(made.map(({ run }) => run.id)).size).toBe(1);
    expect(made.map(({ segment }) => segment).toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test("is refused in words where it cannot be stored", async () => {
    const refused = await create({ project: "none", config: [1], tags: { a: 1 }, parentRunId: "nobody" });
    expect(refused.ok).toBe(false);
    expect(refused.error.fields.map(({ path }: { path: string }) => path)).toEqual(["config", "tags.a", "project", "parentRunId"]);
  });

  test("takes a batch whole and once, and shows its points, their history and what they take", async () => {
    const { run, segment } = await create({ key: "points", session: "a" });
    const batch = { runId: run.id, batchId: "b1", segment, series: [series("loss", 0, 1_000), series("few", 0, 3)] };
    expect(await log(batch)).toEqual({ ok: true, duplicate: false, error: null });
    expect(await log(batch)).toEqual({ ok: true, duplicate: true, error: null });
    const again = await create({ key: "points", session: "b" });
    await log({ runId: run.id, batchId: "b2", segment: again.segment, series: [{ name: "few", steps: [2], values: ["NaN"], times: [5] }] });
    const { run: read } = await get(
      api.url,
      `query ($id: ID!) { run(id: $id) { stepsDone metricNames { nodes { name points lastStep lastValue } } metricStorage { names points rows chunks bytes batches }
        metricHistory(name: "few") { step value time segment batch current totalCount } metricSeries(names: ["loss"], maxPoints: 10) { bucketWidth columns { fromStep toStep min max mean count nonFinite last } buckets { fromStep mean } } } }`,
      { id: run.id },
    );
    expect(read.stepsDone).toBe(999);
    expect(read.metricNames.nodes).toEqual([
      { name: "few", points: 4, lastStep: 2, lastValue: "NaN" },
      { name: "loss", points: 1_000, lastStep: 999, lastValue: 499.5 },
    ]);
    expect(read.metricHistory).toEqual({
      step: [0, 1, 2, 2],
      value: [0, 0.5, 1, "NaN"],
      time: [1_800_000_000_000, 1_800_000_000_001, 1_800_000_000_002, 5],
      segment: [1, 1, 1, 2],
      batch: [1, 1, 1, 2],
      current: [1, 1, 0, 1],
      totalCount: 4,
    });
    expect(read.metricStorage).toMatchObject({ names: 2, points: 1_004, rows: 4, chunks: 1, batches: 2 });
    const [{ columns, buckets, bucketWidth }] = read.metricSeries;
    expect(bucketWidth).toBe(128);
    expect(columns.fromStep).toEqual([0, 128, 256, 384, 512, 640, 768, 896]);
    expect(columns.fromStep).toEqual(buckets.map((bucket: { fromStep: number }) => bucket.fromStep));
    expect(columns.mean).toEqual(buckets.map((bucket: { mean: number }) => bucket.mean));
  });

  test("is bucketed over another of its metrics, or over a clock, as over its steps", async () => {
    const { run, segment } = await create({ key: "axes" });
    const [steps, tenths] = [Array.from({ length: 1_000 }, (_, at) => at), Array.from({ length: 100 }, (_, at) => 10 * at)];
    const times = steps.map((step) => 1_800_000_000_000 + 10 * step);
    const loss = { name: "loss", steps, values: steps, times };
    // Said at every tenth step alone, and beyond what a step can be.
    const tokens = { name: "tokens", steps: tenths, values: tenths.map((step) => 1e10 * (step + 10)), times: times.slice(0, 100) };
    await log({ runId: run.id, batchId: "b", segment, series: [loss, tokens] });
    const AXES = `query ($id: ID!, $over: MetricAxisInput, $from: Float, $to: Float) { run(id: $id) { startedAt metricSeries(names: ["loss", "none"], maxPoints: 16,
      over: $over, from: $from, to: $to) { name bucketWidth buckets { fromStep toStep from to count mean } columns { from to } } } }`;
    const over = async (asked: object) => {
      const { startedAt, metricSeries } = (await get(api.url, AXES, { id: run.id, ...asked })).run;
      const [series, none] = metricSeries;
      expect(none.buckets).toEqual([]);
      expect(series.columns.from).toEqual(series.buckets.map(({ from }: { from: number }) => from));
      return { ...series, began: Date.parse(startedAt) };
    };
    const byTokens = await over({ over: { metric: "tokens" } });
    expect(byTokens.bucketWidth).toBe(2 ** 40);
    expect(byTokens.buckets[0]).toEqual({ fromStep: 0, toStep: 99, from: 1e11, to: 1e12, count: 100, mean: 49.5 });
    expect(byTokens.buckets.reduce((sum: number, { count }: { count: number }) => sum + count, 0)).toBe(1_000);
    const stretch = await over({ over: { metric: "tokens" }, from: 5e11, to: 1e12 });
    expect([stretch.buckets[0].fromStep, stretch.buckets.at(-1).toStep, stretch.bucketWidth]).toEqual([40, 99, 2 ** 35]);
    const byClock = await over({ over: { clock: "RUN" } });
    expect(byClock.bucketWidth).toBe(1_024);
    expect([byClock.buckets[0].from, byClock.buckets.at(-1).to]).toEqual([0, 9_990].map((ms) => 1_800_000_000_000 + ms - byClock.began));
    const since1970 = await over({ over: { clock: "WALL" } });
    expect([since1970.buckets[0].from, since1970.buckets.at(-1).to]).toEqual([1_800_000_000_000, 1_800_000_009_990]);
    const bySteps = await over({ from: 9.5, to: 20 });
    expect([bySteps.buckets[0].from, bySteps.buckets.at(-1).to, bySteps.bucketWidth]).toEqual([10, 20, 1]);
    expect((await over({ over: { metric: "nothing" } })).buckets).toEqual([]);
    const both = await ask(api.url, AXES, { id: run.id, over: { metric: "tokens", clock: "RUN" } });
    expect(both.errors?.[0]?.message).toMatch(/over/);
  });

  test("refuses a batch that is wrong anywhere, and nothing of it is written", async () => {
    const { run, segment } = await create({ key: "refused" });
    const good = series("good", 0, 2);
    const wrong = async (input: object): Promise<string[]> => {
      const result = await log({ runId: run.id, batchId: "x", segment, series: [good], ...input });
      expect(result.ok).toBe(false);
      return result.error.fields.map(({ path }: { path: string }) => path);
    };
    expect(await wrong({ series: [good, { ...good, name: "" }] })).toEqual(["series[1].name"]);
    expect(await wrong({ series: [good, good] })).toEqual(["series[1].name"]);
    expect(await wrong({ series: [{ ...good, steps: [0, 0.5] }] })).toEqual(["series[0].steps[1]"]);
    expect(await wrong({ series: [{ ...good, steps: [0, 2 ** 31] }] })).toEqual(["series[0].steps[1]"]);
    expect(await wrong({ series: [{ ...good, times: [0] }] })).toEqual(["series[0]"]);
    expect(await wrong({ series: [series("many", 0, 10_001)] })).toEqual(["series"]);
    expect(await wrong({ segment: 2 })).toEqual(["segment"]);
    expect(await wrong({ runId: "nobody" })).toEqual(["runId"]);
    const { runIds } = await createSample(world.database, "ours");
    expect((await log({ runId: runIds[0], batchId: "x", segment: 0, series: [good] })).error.message).toMatch(/trained by Gradus/);
    expect(await world.database.sql`select 1 from metrics.batch where key = 'x'`).toHaveLength(0);
    // Two batches without a name would be one that was sent twice.
    expect((await log({ runId: run.id, batchId: "", segment, series: [good] })).error.fields).toEqual([
      { path: "batchId", expected: "1 to 250 characters" },
    ]);
    expect(await log({ runId: run.id, batchId: "x", segment, series: [good] })).toMatchObject({ ok: true, duplicate: false });
  });

  test("keeps texts, tables and histograms, paged by name and step", async () => {
    const { run, segment } = await create({ key: "samples" });
    const LOG_SAMPLES =
      "mutation ($input: LogSamplesInput!) { logSamples(input: $input) { ok duplicate error { fields { path expected } } } }";
    const samples = [
      { name: "said", step: 1, kind: "TEXT", body: "hello", time: 1 },
      { name: "said", step: 0, kind: "TEXT", body: "before", time: 2 },
      { name: "all", step: 5, kind: "TABLE", body: { columns: ["a"], rows: [[1], ["x"]] }, time: 3 },
      { name: "spread", step: 5, kind: "HISTOGRAM", body: { edges: [0, 1, 2], counts: [3, 4] }, time: 4 },
    ];
    const send = async (input: object) =>
      (await get(api.url, LOG_SAMPLES, { input: { runId: run.id, segment, batchId: "s", samples, ...input } })).logSamples;
    expect((await send({ samples: [{ ...samples[3], body: { edges: [0], counts: [1] } }] })).error.fields).toEqual([
      { path: "samples[0].body", expected: "for HISTOGRAM { edges: [numbers], counts: [numbers] }, an edge more than counts" },
    ]);
    for (const batchId of ["", "x".repeat(251), "a\0"])
      expect((await send({ batchId })).error.fields).toEqual([{ path: "batchId", expected: "1 to 250 characters" }]);
    expect(await send({})).toMatchObject({ ok: true, duplicate: false });
    expect(await send({})).toMatchObject({ ok: true, duplicate: true });
    const PAGE =
      "query ($id: ID!, $after: Cursor) { run(id: $id) { samples(first: 3, after: $after) { nodes { name step kind body at segment } pageInfo { endCursor hasNextPage } } } }";
    const first = (await get(api.url, PAGE, { id: run.id })).run.samples;
    expect(first.nodes.map(({ name, step }: { name: string; step: number }) => [name, step])).toEqual([
      ["all", 5],
      ["said", 0],
      ["said", 1],
    ]);
    const rest = (await get(api.url, PAGE, { id: run.id, after: first.pageInfo.endCursor })).run.samples;
    expect(rest.nodes).toEqual([
      {
        name: "spread",
        step: 5,
        kind: "HISTOGRAM",
        body: { edges: [0, 1, 2], counts: [3, 4] },
        at: "1970-01-01T00:00:00.004Z",
        segment: 1,
      },
    ]);
  });

  test("is followed live: few points as they are, many as the last one and the range that a query completes", async () => {
    const { run, segment } = await create({ key: "live" });
    const client = connect(api.url);
    const POINTS =
      "subscription ($id: ID!) { metricPoints(runId: $id) { cursor points { name step value } ranges { name fromStep toStep count } } }";
    const following = collect<{ points: object[]; ranges: object[] }>(client, POINTS, { id: run.id }, (items) => items.length === 2);
    await log({ runId: run.id, batchId: "1", segment, series: [series("few", 0, 2)] });
    await log({ runId: run.id, batchId: "2", segment, series: [series("many", 10, 1_000)] });
    expect((await following).map(({ points, ranges }) => ({ points, ranges }))).toEqual([
      {
        points: [
          { name: "few", step: 0, value: 0 },
          { name: "few", step: 1, value: 0.5 },
        ],
        ranges: [],
      },
      { points: [{ name: "many", step: 1_009, value: 504.5 }], ranges: [{ name: "many", fromStep: 10, toStep: 1_009, count: 1_000 }] },
    ]);
    await client.dispose();
  });

  test("ends as it is told, and runs again when a session resumes it", async () => {
    const { run } = await create({ key: "ending", session: "a" });
    const FINISH =
      "mutation ($input: FinishRunInput!) { finishRun(input: $input) { ok error { message } run { status cause finishedAt } } }";
    const finish = async (status: string) => (await get(api.url, FINISH, { input: { runId: run.id, status, cause: "why" } })).finishRun;
    expect((await finish("PAUSED")).ok).toBe(false);
    expect((await finish("FAILED")).run).toMatchObject({ status: "FAILED", cause: "why", finishedAt: expect.any(String) });
    expect((await create({ key: "ending", session: "b" })).run.status).toBe("RUNNING");
  });

  test("ends its experiment with the last of its runs, and a run that goes on has it run again", async () => {
    const of = (key: string) => create({ key, session: key, experiment: "ends with its runs" });
    const [one, other] = [(await of("one")).run, (await of("other")).run];
    const FINISH = "mutation ($input: FinishRunInput!) { finishRun(input: $input) { run { experiment { status finishedAt } } } }";
    const after = async (runId: string, status: string) =>
      (await get(api.url, FINISH, { input: { runId, status } })).finishRun.run.experiment;
    expect(await after(one.id, "COMPLETED")).toEqual({ status: "RUNNING", finishedAt: null });
    expect(await after(other.id, "FAILED")).toEqual({ status: "COMPLETED", finishedAt: expect.any(String) });
    expect((await create({ key: "other", session: "again", experiment: "ends with its runs" })).run.experiment.status).toBe("RUNNING");
    // Both at once: neither sees the other's end before its own is stored.
    await of("third");
    const runs = await world.database.sql<{ id: string }[]>`
      select r.id from "Run" r join "Experiment" e on e.id = r."experimentId" where e.name = 'ends with its runs' and r.status = 'RUNNING'`;
    expect(runs).toHaveLength(2);
    await Promise.all(runs.map(({ id }) => after(id, "CANCELLED")));
    const stored = await world.database.sql`select status from "Experiment" where name = 'ends with its runs'`;
    expect(stored[0]).toEqual({ status: "COMPLETED" });
    expect(await after(one.id, "FAILED")).toMatchObject({ status: "FAILED" });
  });
});
