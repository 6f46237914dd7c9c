// What the page computes for its figures, held against values worked out by hand or in another way.
import { array, assert, integer, nat, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { keyRange, logTicks, valueRange } from "../../../apps/web/src/components/chart-data.ts";
import { misplacedShare, realisedShares, scheduledColumns, scheduledShares } from "../../../apps/web/src/curves/draw-shares.ts";
import { placeOn } from "../../../apps/web/src/curves/x-axis.ts";
import { toCsv } from "../../../apps/web/src/download/csv.ts";
import { formatTicks, formatValue } from "../../../apps/web/src/format/number.ts";
import { configDiff } from "../../../apps/web/src/routes/experiment/config-diff.ts";
import { cumulativeRate } from "../../../apps/web/src/statistics/cumulative-rate.ts";
import { FoldedSeries } from "../../../apps/web/src/statistics/folded-series.ts";
import { passAtK, usefulKs } from "../../../apps/web/src/statistics/pass-at-k.ts";
import { exponentialAverage } from "../../../apps/web/src/statistics/smooth.ts";

function series(values: readonly number[], width = 1): FoldedSeries {
  const made = new FoldedSeries(width, []);
  for (const [index, value] of values.entries()) made.add(index + 1, value);
  return made;
}

test("a number is rounded as in the API's sentences, and has as many digits as its size asks for", () => {
  expect([-1.74e-5, 0.1025, -0.1025, 0.0625, 12.344, 123.46, 1234.6, 0.0001, 0].map(formatValue)).toEqual([
    "−1.74e−5",
    "0.102",
    "−0.102",
    "0.063",
    "12.34",
    "123.5",
    "1,235",
    "1.00e−4",
    "0",
  ]);
});

test("ticks of an axis are short, alike, and told apart", () => {
  expect(formatTicks([-0.25, 0, 0.25])).toEqual(["−0.25", "0", "0.25"]);
  expect(formatTicks([-0.00002, 0, 0.00004])).toEqual(["−2e−5", "0", "4e−5"]);
  expect(formatTicks([0, 20_000_000_000, 72_500_000_000])).toEqual(["0", "20B", "72.5B"]);
  expect(formatTicks([99_000, null, 100_500])).toEqual(["99K", "", "100.5K"]);
});

describe("pass@k", () => {
  test("is the share of k-subsets of the samples that hold a pass", () => {
    assert(
      property(integer({ min: 1, max: 9 }), nat(9), integer({ min: 1, max: 9 }), (n, wanted, k) => {
        const c = Math.min(wanted, n);
        if (k > n) return passAtK(c, n, k) === null;
        let [hits, all] = [0, 0];
        for (let subset = 0; subset < 2 ** n; subset++) {
          const members = [...Array(n).keys()].filter((bit) => (subset >> bit) % 2 === 1);
          if (members.length !== k) continue;
          all++;
          if (members.some((member) => member < c)) hits++;
        }
        return Math.abs((passAtK(c, n, k) ?? NaN) - hits / all) < 1e-12;
      }),
    );
  });

  test("is told for powers of two and for all samples", () => {
    expect(usefulKs(1)).toEqual([1]);
    expect(usefulKs(10)).toEqual([1, 2, 4, 8, 10]);
  });
});

test("a smoothed curve of equal values is those values from its first place on, and a gap stays one", () => {
  expect(exponentialAverage([3, 3, null, 3], 0.9).map((value) => value && Number(value.toFixed(9)))).toEqual([3, 3, null, 3]);
  // (0.5 x 0.5 x 1 + 0.5 x 2) / (0.25 + 0.5)
  expect(exponentialAverage([1, 2], 0.5)[1]).toBeCloseTo(1.25 / 0.75, 12);
});

test("the cumulative rate weighs each step by its groups, in whatever buckets", () => {
  assert(
    property(array(integer({ min: 0, max: 8 }), { minLength: 1, maxLength: 40 }), (weights) => {
      const rates = weights.map((_, index) => (index % 5) / 4);
      const parts = [{ rate: series(rates), weight: series(weights) }];
      const passed = weights.reduce((sum, weight, index) => sum + weight * (rates[index] ?? 0), 0);
      const tried = weights.reduce((sum, weight) => sum + weight, 0);
      const last = cumulativeRate(parts, 1).at(-1);
      if (tried === 0) expect(last).toBeUndefined();
      else expect(last?.value).toBeCloseTo(passed / tried, 9);
    }),
  );
});

describe("draws", () => {
  const specification = {
    sampler: {
      kind: "schedule",
      unit: "fraction",
      remap: { EASY: "EASY_MEDIUM" },
      stages: [
        { until: 0.5, weights: { MEDIUM: 1 } },
        { until: 1, weights: { EASY: 1, MEDIUM: 3 } },
      ],
    },
  };

  test("are scheduled by the stage of their step, the step after `until` already by the next", () => {
    const shareAt = scheduledShares(specification, 4);
    expect([1, 2, 3, 4].map((step) => shareAt?.(step))).toEqual([
      { MEDIUM: 1 },
      { MEDIUM: 1 },
      { EASY_MEDIUM: 0.25, MEDIUM: 0.75 },
      { EASY_MEDIUM: 0.25, MEDIUM: 0.75 },
    ]);
    expect(scheduledShares({ sampler: { kind: "uniform" } }, 4)).toBeNull();
  });

  test("that differ from the schedule are counted by how many lie elsewhere", () => {
    const realised = realisedShares(
      [
        new Map([
          ["MEDIUM", series([4, 4, 4, 0])],
          ["EASY_MEDIUM", series([0, 0, 0, 4])],
        ]),
      ],
      4,
    );
    const shareAt = scheduledShares(specification, 4);
    if (shareAt === null) throw new Error("a schedule");
    // Step 3 has a quarter too much of MEDIUM, step 4 three quarters too little: (0.25 + 0.75) / 4 steps.
    expect(misplacedShare(scheduledColumns(shareAt, realised), realised)).toBeCloseTo(0.25, 12);
  });
});

test("rollouts and tokens so far are sums over the steps done", () => {
  const known = new Map([
    ["curriculum/drawn/EASY", series([2, 1])],
    ["curriculum/drawn/HARD", series([0, 3])],
    ["train/completion_tokens", series([10, 20])],
  ]);
  const rollouts = placeOn("rollouts", (metric) => known.get(metric), 8);
  expect([0, 1, 2, 3].map(rollouts)).toEqual([0, 16, 48, null]);
  expect(placeOn("tokens", (metric) => known.get(metric), 8)(2)).toBe(16 * 10 + 32 * 20);
  // A run without such points has no place there, not even where it begins.
  expect(placeOn("rollouts", () => series([]), 8)(0)).toBeNull();
});

test("a CSV keeps every digit, quotes what needs it, and is no formula", () => {
  expect(
    toCsv({
      columns: ["a", "b"],
      rows: [
        [0.1 + 0.2, 'x, "y"'],
        [-1.5, "=1+1"],
        [null, "-Infinity"],
      ],
    }),
  ).toBe('a,b\r\n0.30000000000000004,"x, ""y"""\r\n-1.5,\'=1+1\r\n,-Infinity\r\n');
});

test("configurations differ where a key is missing or has another value", () => {
  const [one, two] = [{ training: { steps: 3, seed: 1 } }, { training: { steps: 3, seed: 2, extra: [1] } }];
  expect(configDiff([one, two])).toEqual([
    { path: "training.extra", values: [null, "[1]"] },
    { path: "training.seed", values: ["1", "2"] },
  ]);
});

const line = (y: readonly number[]) => ({ key: "a", label: "a", variable: "--arm-0", dash: [], x: y.map((_, at) => at), y });

test("keys move a chart inside of what there is, zoom about its middle, and show all", () => {
  const whole = [0, 100] as const;
  expect(keyRange("ArrowRight", [20, 30], whole)).toEqual([22, 32]);
  expect(keyRange("ArrowRight", [90, 100], whole)).toEqual([90, 100]);
  expect(keyRange("ArrowLeft", [1, 11], whole)).toEqual([0, 10]);
  expect(keyRange("+", [20, 40], whole)).toEqual([25, 35]);
  expect(keyRange("-", [25, 35], whole)).toEqual([20, 40]);
  expect(keyRange("-", [0, 90], whole)).toBeNull();
  expect(keyRange("0", [20, 40], whole)).toBeNull();
  expect(keyRange("x", [20, 40], whole)).toBeUndefined();
});

describe("a chart's value axis", () => {
  test("is a tenth of the value or more, however little the values differ", () => {
    const [low, high] = valueRange([line([0.5, 0.5, 0.5])], [0, 2], false);
    expect(high - low).toBeGreaterThanOrEqual(0.05);
    expect((low + high) / 2).toBeCloseTo(0.5, 12);
    expect(valueRange([line([0, 1])], [0, 1], false)).toEqual([-0.05, 1.05]);
  });

  test("has a few places on a log scale over any bounds, and none where there are no bounds", () => {
    expect(logTicks(0.09, 1.2)).toEqual([0.1, 0.2, 0.5, 1]);
    expect(logTicks(1e-6, 1e3)).toEqual([1e-6, 1e-4, 1e-2, 1, 100]);
    assert(
      property(integer({ min: -300, max: 300 }), integer({ min: 1, max: 600 }), (power, tenths) => {
        const [min, max] = [1.3 * 10 ** power, 1.3 * 10 ** Math.min(307, power + tenths / 10)];
        const ticks = logTicks(min, max);
        return ticks.length >= 2 && ticks.length <= 12 && ticks.every((tick) => tick >= min * 0.999 && tick <= max * 1.001);
      }),
    );
    for (const [min, max] of [
      [0, 1],
      [-1, 1],
      [1, Infinity],
      [NaN, NaN],
    ] as const)
      expect(logTicks(min, max)).toEqual([]);
  });
});
