// Proves: the CSV and the HTML of a comparison hold its numbers, escape what people write, and need nothing from elsewhere.
import { comparisonCsv } from "@gradus/cli/view/comparison-csv";
import { comparisonReport } from "@gradus/cli/view/comparison-report";
import type { Comparison } from "@gradus/cli/view/comparison-text";
import { expect, test } from "vitest";

const estimate = (mean: number | null, low: number | null, high: number | null, n: number, note: string | null = null) => ({
  mean,
  low,
  high,
  n,
  note,
});
const METRIC = "evaluation/pass@1";
const comparison: Comparison = {
  metrics: [METRIC],
  baselineArm: "uniform",
  arms: [
    {
      arm: { name: "uniform" },
      runs: [{ id: "a", seed: 1, status: "COMPLETED" }],
      metrics: [
        { name: METRIC, estimate: estimate(0.4375, 0.31, 0.565, 2), perSeed: [{ seed: 1, runId: "a", value: 0.43 }], difference: null },
      ],
      improvement: {
        estimate: estimate(0.12, 0.05, 0.19, 200),
        before: 0.31,
        after: 0.43,
        seeds: 2,
        excludesZero: true,
        sentence: "better",
      },
    },
    {
      arm: { name: "classic" },
      runs: [{ id: "c", seed: 1, status: "COMPLETED" }],
      metrics: [
        {
          name: METRIC,
          estimate: estimate(0.41, null, null, 1, 'one seed, "no" interval'),
          perSeed: [{ seed: 1, runId: "c", value: "NaN" }],
          difference: {
            estimate: estimate(-0.02, -0.2, 0.14, 1),
            perSeed: [{ seed: 1, value: -0.02 }],
            excludesZero: false,
            sentence: "no difference seen",
          },
        },
      ],
      improvement: null,
    },
  ],
  verdicts: ["no difference seen <between> uniform & classic"],
  guardRails: ["1 seed in the smallest arm"],
};

test("the CSV has a row an estimate, a seed, a difference and an improvement", () => {
  expect(comparisonCsv(comparison).split("\r\n")).toEqual([
    "kind,arm,metric,seed,value,low,high,n,excludes_zero,note",
    "estimate,uniform,evaluation/pass@1,,0.4375,0.31,0.565,2,,",
    "seed,uniform,evaluation/pass@1,1,0.43,,,,,",
    "improvement,uniform,held-out pass@1,,0.12,0.05,0.19,200,true,",
    'estimate,classic,evaluation/pass@1,,0.41,,,1,,"one seed, ""no"" interval"',
    "seed,classic,evaluation/pass@1,1,NaN,,,,,",
    "difference,classic,evaluation/pass@1,,-0.02,-0.2,0.14,1,false,",
    "seed_difference,classic,evaluation/pass@1,1,-0.02,,,,,",
    "",
  ]);
});

const curves = ["uniform", "classic"].map((name) => ({
  arm: { name },
  curves: [{ name: METRIC, points: [1, 2, 3].map((step) => ({ step, estimate: estimate(step / 10, step / 20, step / 5, 3) })) }],
}));
const html = comparisonReport({ experimentId: "quick<start>", comparison, curves, madeAt: "2026-11-22T00:00:00Z" });

test("the report holds numbers, sentences and a plot of every seed and every curve", () => {
  expect(html).toContain("0.438 [0.310, 0.565], n=2");
  expect(html).toContain("-0.020 [-0.200, 0.140], n=1 · not significant");
  expect(html).toContain("no difference seen &lt;between&gt; uniform &amp; classic");
  expect(html).toContain("<title>seed 1: 0.43</title>");
  expect(html.match(/<svg /g)).toHaveLength(2);
  expect(html.match(/<polygon /g)).toHaveLength(2);
});

test("the report needs nothing from elsewhere, and nothing in it is taken for HTML", () => {
  expect(html).not.toMatch(/(?:src|href)=|https?:|@import|<script/);
  expect(html).not.toContain("quick<start>");
  expect(html).not.toMatch(/NaN|undefined/);
});
