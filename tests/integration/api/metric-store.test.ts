import { appendBatch } from "@gradus/prisma/metrics/append-batch";
import { extentOf, finestWidth, foldBuckets } from "@gradus/prisma/metrics/buckets";
import { within } from "@gradus/prisma/metrics/series-points";
import type { SeriesPoints } from "@gradus/prisma/metrics/series-points";
import { compactSeries, seriesToCompact } from "@gradus/prisma/metrics/compact";
import { findLastPoints } from "@gradus/prisma/metrics/last-points";
import { readCurrent, readSeries } from "@gradus/prisma/metrics/read-series";
import { FULL_CHUNK } from "@gradus/prisma/metrics/write-chunks";
import { readLastPoints, readMetricNames, readMetricSeries } from "@gradus/prisma/reading/metric-reader";
import type { SeriesRange } from "@gradus/prisma/reading/metric-reader";
import { readMetricStorage } from "@gradus/prisma/reading/sample-reader";
import { inRun } from "@gradus/prisma/training/run-transaction";
import { array, assert, asyncProperty, constantFrom, double, integer, record, tuple } from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createSample } from "../../testkit/api/sample-experiment.ts";
import { startDatabaseWorld } from "../../testkit/world.ts";
import type { DatabaseWorld } from "../../testkit/world.ts";

let world: DatabaseWorld;
let runIds: readonly string[];
let samples = 0;

const append = (runId: string, key: string, series: readonly SeriesPoints[], segment = 0): Promise<number | null> =>
  inRun(world.database.sql, runId, null, (tx) => appendBatch(tx, { runId, key, segment, series }));

const line = (name: string, from: number, count: number, value: (step: number) => number): SeriesPoints => {
  const steps = Array.from({ length: count }, (_, index) => from + index);
  return { name, steps, values: steps.map(value), times: steps.map((step) => 1_800_000_000_000 + step) };
};

const compactAll = async (runId: string): Promise<void> => {
  const { sql } = world.database;
  for (const { id } of await sql<{ id: string }[]>`select id from metrics.series where run_id = ${runId}`) await compactSeries(sql, id);
};

const freshRun = async (): Promise<string> => (await createSample(world.database, `metrics-${samples++}`)).runIds[0] ?? "";

/** The rows of last points as batches left them, and as a search through everything stored finds them. */
const lastRows = async (runId: string): Promise<object[]> => [
  ...(await world.database.sql`select * from metrics.last_point where run_id = ${runId} order by name`),
];
const foundAnew = async (runId: string): Promise<object[]> => {
  await inRun(world.database.sql, runId, null, (tx) => findLastPoints(tx, runId));
  return lastRows(runId);
};

const nameOf = (index: number): string => `layer${String(Math.floor(index / 20)).padStart(4, "0")}/metric${index % 20}`;

beforeAll(async () => {
  world = await startDatabaseWorld();
  ({ runIds } = await createSample(world.database, "metrics"));
});
afterAll(() => world.close());

test("a batch is taken once by its key, and one that fails leaves no trace", async () => {
  const { sql } = world.database;
  const [runId = ""] = runIds;
  const batch = [line("loss", 1, 3, (step) => step), line("many", 1, 100, (step) => 2 * step)];
  expect(await append(runId, "a", batch)).toBe(1);
  expect(await append(runId, "a", batch)).toBeNull();
  await expect(
    inRun(sql, runId, null, async (tx) => {
      await appendBatch(tx, { runId, key: "b", segment: 0, series: batch });
      throw new Error("the writer failed");
    }),
  ).rejects.toThrow("the writer failed");
  expect(await append(runId, "b", batch)).toBe(2);
  const stored = await readSeries(sql, { runIds: [runId], names: null });
  expect(stored.map(({ name, points }) => [name, points.steps.length])).toEqual([
    ["loss", 6],
    ["many", 200],
  ]);
});

test("a replayed stretch supersedes what it repeats, even when the older one arrives late, and every point stays readable", async () => {
  const runId = await freshRun();
  const { sql } = world.database;
  await append(runId, "first", [line("loss", 1, 100, () => 1)], 1);
  await append(runId, "resumed", [line("loss", 51, 10, () => 3)], 2);
  await append(runId, "late", [line("loss", 51, 50, () => 2)], 1);
  const verify = async (): Promise<void> => {
    const [current] = await readCurrent(sql, { runIds: [runId], names: ["loss"] });
    expect([...(current?.points.values ?? [])]).toEqual([...Array(50).fill(1), ...Array(10).fill(3), ...Array(40).fill(2)]);
    const [all] = await readSeries(sql, { runIds: [runId], names: ["loss"], fromStep: 51, toStep: 51 });
    expect([...(all?.points.values ?? [])]).toEqual([1, 2, 3]);
    expect([...(all?.points.segments ?? [])]).toEqual([1, 1, 2]);
    expect([...(all?.points.batches ?? [])]).toEqual([1, 3, 2]);
    expect([...(await readLastPoints(world.database, [runId], ["loss"]))]).toEqual([{ runId, name: "loss", step: 100, value: 2 }]);
  };
  await verify();
  await compactAll(runId);
  await verify();
});

test("non-finite values and the times of points come back as they were given", async () => {
  const runId = await freshRun();
  const values = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 5e-324, Number.MAX_VALUE];
  const times = [1_800_000_000_000, 1_700_000_000_123, 0, 1, 2_000_000_000_000, 1_800_000_000_001];
  for (const copies of [1, 10]) {
    const name = `odd-${copies}`;
    const steps = Array.from({ length: 6 * copies }, (_, index) => 7 * index - 20);
    const repeat = <Item>(items: readonly Item[]): Item[] => Array.from({ length: copies }, () => items).flat();
    await append(runId, name, [{ name, steps, values: repeat(values), times: repeat(times) }]);
    const [read] = await readSeries(world.database.sql, { runIds: [runId], names: [name] });
    expect([...(read?.points.values ?? [])]).toEqual(repeat(values));
    expect([...(read?.points.times ?? [])]).toEqual(repeat(times));
    expect([...(read?.points.steps ?? [])]).toEqual(steps);
  }
});

test("compaction gathers rows and small chunks into full ones and changes nothing that is read", async () => {
  const runId = await freshRun();
  const { sql } = world.database;
  for (let batch = 0; batch < 12; batch++)
    await append(runId, `chunk-${batch}`, [line("chunks", 1_000 * batch, 1_000, (step) => Math.sin(step))]);
  for (let batch = 0; batch < 60; batch++) await append(runId, `row-${batch}`, [line("rows", 10 * batch, 10, (step) => Math.cos(step))]);
  const all = async () => ({
    points: await readSeries(sql, { runIds: [runId], names: null }),
    buckets: await readMetricSeries(world.database, [runId], ["chunks", "rows"], { maxPoints: 100 }),
    names: await readMetricNames(world.database, [runId], "", { after: null, limit: 10 }),
  });
  const before = await all();
  const due = await seriesToCompact(sql);
  expect(due.length).toBeGreaterThanOrEqual(2);
  for (const id of due) await compactSeries(sql, id);
  expect(await all()).toEqual(before);
  const chunks = await sql<{ name: string; points: number }[]>`
    select s.name, c.points from metrics.chunk c join metrics.series s on s.id = c.series_id where s.run_id = ${runId} order by s.name, c.from_step`;
  expect([...chunks]).toEqual([
    { name: "chunks", points: FULL_CHUNK },
    { name: "chunks", points: FULL_CHUNK },
    { name: "chunks", points: 12_000 - 2 * FULL_CHUNK },
    { name: "rows", points: 600 },
  ]);
});

/** Which of 0 and -0 is the least is nobody's question: they are equal. */
const unsigned = (values: Iterable<number>): number[] => [...values].map((value) => value + 0);

/** Found by chance once: the least of the two depends on which of them one looks at first. */
const NEGATIVE_LAST = [{ segment: 0, points: [[1, -0] as [number, number]] }];
const ZEROS = [{ segment: 0, points: [[-1, -0] as [number, number], [0, 0] as [number, number]] }];

test(
  "whatever batches come in whatever order, buckets are those of the current points, before and after compaction",
  { timeout: 180_000 },
  async () => {
    const batches = array(
      record({
        segment: integer({ min: 0, max: 2 }),
        points: array(tuple(integer({ min: -40, max: 200 }), double({ noDefaultInfinity: false })), {
          minLength: 1,
          maxLength: 40,
        }),
      }),
      { minLength: 1, maxLength: 6 },
    );
    await assert(
      asyncProperty(batches, integer({ min: 1, max: 50 }), async (given, maxPoints) => {
        const runId = await freshRun();
        const expected = new Map<number, { segment: number; value: number }>();
        for (const [at, { segment, points }] of given.entries()) {
          const [steps, values] = [points.map(([step]) => step), points.map(([, value]) => value)];
          await append(runId, String(at), [{ name: "x", steps, values, times: steps.map(() => at) }], segment);
          for (const [step, value] of points) if ((expected.get(step)?.segment ?? -1) <= segment) expected.set(step, { segment, value });
        }
        const steps = [...expected.keys()].toSorted((a, b) => a - b);
        const verify = async (): Promise<void> => {
          const [series] = await readMetricSeries(world.database, [runId], ["x"], { maxPoints });
          if (series === undefined) throw new Error("the series is missing");
          const { buckets, bucketWidth } = series;
          const isAcrossZero = (steps[0] ?? 0) < 0 && (steps.at(-1) ?? 0) >= 0;
          expect(buckets.length).toBeLessThanOrEqual(isAcrossZero ? Math.max(2, maxPoints) : maxPoints);
          expect(bucketWidth).toBeLessThan(1_024);
          const grouped = [...Map.groupBy(steps, (step) => Math.floor(step / bucketWidth)).values()];
          const end = steps.at(-1) ?? 0;
          expect([...(await readLastPoints(world.database, [runId], ["x"]))]).toEqual([
            { runId, name: "x", step: end, value: expected.get(end)?.value },
          ]);
          const kept = await lastRows(runId);
          expect(await foundAnew(runId)).toEqual(kept);
          expect([...buckets.fromStep]).toEqual(grouped.map((group) => group[0]));
          expect([...buckets.toStep]).toEqual(grouped.map((group) => group.at(-1)));
          expect([...buckets.count]).toEqual(grouped.map((group) => group.length));
          expect([...buckets.last]).toEqual(grouped.map((group) => expected.get(group.at(-1) ?? 0)?.value));
          const finite = grouped.map((group) => group.map((step) => expected.get(step)?.value ?? 0).filter(Number.isFinite));
          expect(unsigned(buckets.min)).toEqual(unsigned(finite.map((values) => (values.length === 0 ? Number.NaN : Math.min(...values)))));
          expect(unsigned(buckets.max)).toEqual(unsigned(finite.map((values) => (values.length === 0 ? Number.NaN : Math.max(...values)))));
          for (const [at, mean] of buckets.mean.entries()) {
            const [low = Number.NaN, high = Number.NaN] = [buckets.min[at], buckets.max[at]];
            expect(
              Number.isNaN(mean) ? Number.isNaN(low) : mean >= low - 1e-9 * Math.abs(low) && mean <= high + 1e-9 * Math.abs(high),
            ).toBe(true);
          }
        };
        await verify();
        await compactAll(runId);
        await verify();
      }),
      {
        numRuns: 25,
        examples: [
          [ZEROS, 1],
          [NEGATIVE_LAST, 1],
        ],
      },
    );
  },
);

/** Chunks as they were stored before they had folds. */
const forgetFolds = (runId: string): Promise<unknown> => world.database.sql`
  update metrics.chunk set folds = null, fold_level = null where series_id in (select id from metrics.series where run_id = ${runId})`;
const wide = (runId: string, range: object = {}) => readMetricSeries(world.database, [runId], ["x"], { maxPoints: 10, ...range });

describe("long series", () => {
  test("a chart of wide buckets reads the folds of its chunks, and points where buckets are narrow, cut a chunk or hold superseded points", async () => {
    const runId = await freshRun();
    const { sql } = world.database;
    for (let batch = 0; batch < 4; batch++) await append(runId, String(batch), [line("x", 1_000 * batch, 1_000, (step) => 1 + step)]);
    const before = await wide(runId);
    // Whoever reads points now reads zeros.
    await sql`update metrics.chunk set vals = decode(repeat('00', length(vals)), 'hex') where series_id in (select id from metrics.series where run_id = ${runId})`;
    expect(await wide(runId)).toEqual(before);
    expect((await wide(runId, { maxPoints: 3, bucketWidth: 64 }))[0]?.buckets.max.at(-1)).toBe(4_000);
    const sums = async (range: object): Promise<number[]> => [...((await wide(runId, range))[0]?.buckets.max ?? [])];
    expect(Math.max(...(await sums({ maxPoints: 1_000 })))).toBe(0);
    // Of the four chunks the two in the middle lie wholly in the range.
    expect(await sums({ fromStep: 500, toStep: 3_500, bucketWidth: 4_096 })).toEqual([3_000]);
    await append(runId, "again", [line("x", 1_500, 1_000, () => -1)]);
    expect(Math.max(...(await sums({})))).toBe(0);
  });

  test("of a chunk that the range cuts, the points in the range are read, be they none, one or many, wherever they lie", async () => {
    const [lowest, highest] = [-(2 ** 31), 2 ** 31 - 1];
    for (const [first, stride] of [
      [-1_500, 3],
      [2_147_400_000, 7],
      [lowest, 1],
    ] as const) {
      const runId = await freshRun();
      const steps = Array.from({ length: 1_000 }, (_, index) => first + index * stride);
      await append(runId, "0", [{ name: "x", steps, values: steps.map((step) => step / 2), times: steps.map(() => 0) }]);
      const last = steps.at(-1) ?? 0;
      for (const [fromStep, toStep] of [
        [first + 1, first + stride - 1],
        [first + 1, first + stride],
        [first + stride, first + 2 * stride],
        [first + 1, first + 3 * stride],
        [first + 100, last - 100],
        [lowest, first],
        [lowest, first + stride],
        [last - 1, highest],
        [first + 1, highest],
      ] as const) {
        const [read] = await readMetricSeries(world.database, [runId], ["x"], { maxPoints: 1, bucketWidth: 1, fromStep, toStep });
        const within = steps.filter((step) => step >= fromStep && step <= toStep);
        expect([fromStep, toStep, ...(read?.buckets.fromStep ?? [])]).toEqual([fromStep, toStep, ...within]);
        expect([...(read?.buckets.last ?? [])]).toEqual(within.map((step) => step / 2));
      }
    }
  });

  test("folds are counted in what a run takes", async () => {
    const runId = await freshRun();
    await append(runId, "0", [line("x", 0, 1_000, (step) => step)]);
    const bytes = async (): Promise<number> => Number((await readMetricStorage(world.database, [runId]))[0]?.bytes);
    const withFolds = await bytes();
    const [row] = await world.database.sql<{ folds: number }[]>`
      select sum(length(folds))::float8 as folds from metrics.chunk where series_id in (select id from metrics.series where run_id = ${runId})`;
    expect(row?.folds).toBeGreaterThan(0);
    await forgetFolds(runId);
    expect(withFolds - (await bytes())).toBe(row?.folds);
  });

  test(
    "have the same buckets to the last bit as rows, as chunks with folds and without, compacted once and again, in any range",
    { timeout: 180_000 },
    async () => {
      const odd = [Number.NaN, Number.POSITIVE_INFINITY, -0, 1.7e308, -1.7e308, 5e-324];
      const batches = array(
        record({
          gap: integer({ min: -300, max: 400 }),
          count: constantFrom(1, 9, 15, 40, 700, 1_500, 3_000),
          segment: constantFrom(0, 0, 0, 1),
          odd: array(tuple(integer({ min: 0, max: 2_999 }), constantFrom(...odd)), { maxLength: 3 }),
        }),
        { minLength: 1, maxLength: 7 },
      );
      const ranges = array(
        record({
          maxPoints: constantFrom(1, 7, 50, 400),
          from: integer({ min: -2_000, max: 4_000 }),
          span: integer({ min: 1, max: 12_000 }),
        }),
        { minLength: 2, maxLength: 2 },
      );
      await assert(
        asyncProperty(
          batches,
          integer({ min: -3_000, max: 3_000 }),
          constantFrom(1, 1, 3, 50),
          ranges,
          async (given, first, stride, asked) => {
            const runId = await freshRun();
            let step = first;
            for (const [at, batch] of given.entries()) {
              step += batch.gap * stride;
              const steps = Array.from({ length: batch.count }, (_, index) => step + index * stride);
              const values = steps.map((of, index) => Math.sin(of * 12.9898 + index) * 1e3);
              for (const [index, value] of batch.odd) if (index < values.length) values[index] = value;
              await append(runId, String(at), [{ name: "x", steps, values, times: steps.map(() => at) }], batch.segment);
              step += batch.count * stride;
            }
            const cuts: SeriesRange[] = [
              ...[1, 10, 100, 1_000].map((maxPoints) => ({ maxPoints })),
              { maxPoints: 1, bucketWidth: 256 },
              ...asked.map(({ maxPoints, from, span }) => ({ maxPoints, fromStep: from, toStep: from + span * stride })),
            ];
            const read = () => Promise.all(cuts.map((range) => readMetricSeries(world.database, [runId], ["x"], range)));
            const [plain] = await readCurrent(world.database.sql, { runIds: [runId], names: ["x"] });
            if (plain === undefined) throw new Error("the series is missing");
            const expected = cuts.map(({ maxPoints, bucketWidth, fromStep, toStep }) => {
              const points = within(plain.points, plain.points.steps, fromStep ?? -Infinity, toStep ?? Infinity);
              if (points.steps.length === 0) return [];
              const width = bucketWidth ?? finestWidth(...extentOf([points]), maxPoints);
              return [{ runId, name: "x", bucketWidth: width, buckets: foldBuckets([points], width) }];
            });
            expect(await read()).toEqual(expected);
            await compactAll(runId);
            expect(await read()).toEqual(expected);
            await forgetFolds(runId);
            expect(await read()).toEqual(expected);
            await compactAll(runId);
            expect(await read()).toEqual(expected);
          },
        ),
        { numRuns: 15 },
      );
    },
  );
});

describe("twenty thousand names", () => {
  const NAMES = 20_000;
  let runId: string;

  beforeAll(async () => {
    runId = await freshRun();
    for (let half = 0; half < 2; half++)
      await append(
        runId,
        `half-${half}`,
        Array.from({ length: NAMES / 2 }, (_, index) => line(nameOf(index + (half * NAMES) / 2), 1, 2, (step) => step)),
      );
  });

  test("are paged in order without a gap, and searched", async () => {
    const seen: string[] = [];
    for (let after: readonly string[] | null = null; ;) {
      const page = await readMetricNames(world.database, [runId], "", { after, limit: 1_000 });
      seen.push(...page.map(({ name }) => name));
      const end = page.at(-1);
      if (end === undefined) break;
      expect(end).toMatchObject({ points: 2, lastStep: 2, lastValue: 2 });
      after = [end.name];
    }
    expect(seen).toEqual(Array.from({ length: NAMES }, (_, index) => nameOf(index)).toSorted());
    const found = await readMetricNames(world.database, [runId], "LAYER0999/metric1", { after: null, limit: 100 });
    expect(found.map(({ name }) => name)).toEqual(
      Array.from({ length: 20 }, (_, index) => nameOf(19_980 + index))
        .filter((name) => name.includes("metric1"))
        .toSorted(),
    );
  });
});
