// Proves: the CSV and the HTML of a comparison hold its numbers, escape what people write, and need nothing from elsewhere.
import { comparisonCsv } from "@gradus/cli/view/comparison-csv";
import { comparisonReport } from "@gradus/cli/view/comparison-report";
import { type Comparison, scalarName } from "@gradus/cli/view/comparison-text";
import { expect, test } from "vitest";

const estimate = (mean: number | null, low: number | null, high: number | null, n: number, note: string | null = null) => ({
  mean,
  low,
  high,
  n,
  note,
});
const EVALUATED = "held-out of six, harness bbbb (uniform, classic)";
const METRIC = "evaluation/pass@1";
const comparison: Comparison = {
  metrics: [METRIC],
  baselineArm: "uniform",
  arms: [
    {
      arm: { name: "uniform" },
      runs: [{ id: "a", seed: 1, status: "COMPLETED" }],
      metrics: [
        {
          name: METRIC,
          estimate: estimate(0.4375, 0.31, 0.565, 2),
          perSeed: [{ seed: 1, runId: "a", value: 0.43 }],
          interquartileMean: 0.4375,
          bootstrap: estimate(0.4375, 0.4, 0.47, 2),
          difference: null,
          probabilityOfImprovement: null,
        },
      ],
      overProblems: null,
      improvement: {
        estimate: estimate(0.12, 0.05, 0.19, 200),
        before: 0.31,
        after: 0.43,
        seeds: 2,
        excludesZero: true,
        sentence: "better",
      },
      scalars: [
        {
          kind: "AREA",
          metric: METRIC,
          bucket: null,
          estimate: estimate(0.33, 0.3, 0.36, 2),
          perSeed: [{ seed: 1, runId: "a", value: 0.33 }],
          difference: null,
          note: null,
        },
        {
          kind: "SIGMOID_MIDPOINT",
          metric: METRIC,
          bucket: null,
          estimate: estimate(null, null, null, 0),
          perSeed: [],
          difference: null,
          note: "no fit",
        },
      ],
    },
    {
      arm: { name: "classic" },
      runs: [{ id: "c", seed: 1, status: "COMPLETED" }],
      metrics: [
        {
          name: METRIC,
          estimate: estimate(0.41, null, null, 1, 'one seed, "no" interval'),
          perSeed: [{ seed: 1, runId: "c", value: "NaN" }],
          interquartileMean: null,
          bootstrap: estimate(null, null, null, 0),
          probabilityOfImprovement: 0.25,
          difference: {
            estimate: estimate(-0.02, -0.2, 0.14, 1),
            perSeed: [{ seed: 1, value: -0.02 }],
            pValue: 0.5,
            pAdjusted: 1,
            excludesZero: false,
            sentence: "no difference seen",
          },
        },
      ],
      overProblems: {
        estimate: estimate(0.01, -0.02, 0.04, 200),
        onlyBaseline: 3,
        onlyArm: 5,
        pValue: 0.7266,
        excludesZero: false,
        sentence: "none",
      },
      improvement: null,
      scalars: [
        {
          kind: "AREA",
          metric: METRIC,
          bucket: null,
          estimate: estimate(0.375, null, null, 1),
          perSeed: [{ seed: 1, runId: "c", value: 0.375 }],
          difference: {
            estimate: estimate(0.045, null, null, 1),
            perSeed: [{ seed: 1, value: 0.045 }],
            excludesZero: false,
            sentence: "no",
          },
          note: "1 of 2 seeds: fewer than two points",
        },
        {
          kind: "SIGMOID_MIDPOINT",
          metric: METRIC,
          bucket: null,
          estimate: estimate(null, null, null, 0),
          perSeed: [],
          difference: null,
          note: "no fit",
        },
      ],
    },
  ],
  verdicts: ["no difference seen <between> uniform & classic"],
  guardRails: ["1 seed in the smallest arm"],
  evaluations: [
    {
      suite: null,
      domain: "IN_DOMAIN" as const,
      arms: ["uniform", "classic"],
      problemSetId: "six",
      problemsHash: "a".repeat(64),
      harnessHash: "b".repeat(64),
      samples: 4,
      temperature: 1,
      topP: 1,
      windowFrom: null,
      windowTo: null,
      sentence: EVALUATED,
    },
  ],
};

test("the CSV has a row an estimate, a seed, a difference and an improvement", () => {
  expect(comparisonCsv(comparison).split("\r\n")).toEqual([
    "kind,arm,metric,seed,value,low,high,n,excludes_zero,note,scalar,p,p_holm,bucket",
    "estimate,uniform,evaluation/pass@1,,0.4375,0.31,0.565,2,,,,,,",
    "interquartile_mean,uniform,evaluation/pass@1,,0.4375,,,2,,,,,,",
    "bootstrap,uniform,evaluation/pass@1,,0.4375,0.4,0.47,2,,,,,,",
    "seed,uniform,evaluation/pass@1,1,0.43,,,,,,,,,",
    "improvement,uniform,held-out pass@1,,0.12,0.05,0.19,200,true,,,,,",
    "estimate,uniform,evaluation/pass@1,,0.33,0.3,0.36,2,,,AREA,,,",
    "seed,uniform,evaluation/pass@1,1,0.33,,,,,,AREA,,,",
    "estimate,uniform,evaluation/pass@1,,,,,0,,no fit,SIGMOID_MIDPOINT,,,",
    'estimate,classic,evaluation/pass@1,,0.41,,,1,,"one seed, ""no"" interval",,,,',
    "probability_of_improvement,classic,evaluation/pass@1,,0.25,,,,,,,,,",
    "seed,classic,evaluation/pass@1,1,NaN,,,,,,,,,",
    "difference,classic,evaluation/pass@1,,-0.02,-0.2,0.14,1,false,,,0.5,1,",
    "seed_difference,classic,evaluation/pass@1,1,-0.02,,,,,,,,,",
    'problem_difference,classic,held-out pass@1,,0.01,-0.02,0.04,200,false,"McNemar: only this arm 5, only the baseline 3",,0.7266,,',
    "estimate,classic,evaluation/pass@1,,0.375,,,1,,1 of 2 seeds: fewer than two points,AREA,,,",
    "seed,classic,evaluation/pass@1,1,0.375,,,,,,AREA,,,",
    "difference,classic,evaluation/pass@1,,0.045,,,1,false,,AREA,,,",
    "seed_difference,classic,evaluation/pass@1,1,0.045,,,,,,AREA,,,",
    "estimate,classic,evaluation/pass@1,,,,,0,,no fit,SIGMOID_MIDPOINT,,,",
    `evaluation,uniform classic,held-out,,,,,4,,"${EVALUATED}",,,,`,
    "",
  ]);
});

test("a number of one difficulty alone says which", () => {
  const hard = {
    kind: "SOLVE_RATE_OF_PROBLEMS" as const,
    metric: null,
    bucket: "HARD" as const,
    estimate: estimate(0.5, 0.4, 0.6, 2),
    perSeed: [],
  };
  const [uniform] = comparison.arms;
  const csv = comparisonCsv({ ...comparison, arms: [{ ...uniform!, scalars: [{ ...hard, difference: null, note: null }] }] });
  expect(csv).toContain("estimate,uniform,,,0.5,0.4,0.6,2,,,SOLVE_RATE_OF_PROBLEMS,,,HARD\r\n");
  expect(scalarName(hard)).toBe("solve rate of problems (HARD)");
});

const curves = ["uniform", "classic"].map((name) => ({
  arm: { name },
  curves: [{ name: METRIC, points: [1, 2, 3].map((step) => ({ step, estimate: estimate(step / 10, step / 20, step / 5, 3) })) }],
}));
const html = comparisonReport({ experimentId: "quick<start>", comparison, curves, madeAt: "2026-11-22T00:00:00Z" });

test("the report holds numbers, sentences and a plot of every seed and every curve", () => {
  expect(html).toContain("0.438 [0.310, 0.565], n=2");
  expect(html).toContain(EVALUATED);
  expect(html).toContain("-0.020 [-0.200, 0.140], n=1 · not significant · p 0.500 · Holm 1.000 · P(above) 0.25");
  expect(html).toContain("no difference seen &lt;between&gt; uniform &amp; classic");
  expect(html).toContain("<title>seed 1: 0.43</title>");
  expect(html.match(/<svg /g)).toHaveLength(2);
  expect(html.match(/<polygon /g)).toHaveLength(2);
});

test("the report holds the numbers of whole courses, their differences and what to know of them", () => {
  expect(html).toContain("<td>area of evaluation/pass@1</td><td>0.330 [0.300, 0.360], n=2</td>");
  expect(html).toContain("Δ 0.045 no interval, n=1 · not significant");
  expect(html).toContain("classic, area of evaluation/pass@1: 1 of 2 seeds: fewer than two points");
  expect(html).not.toContain("sigmoid midpoint");
});

test("the report needs nothing from elsewhere, and nothing in it is taken for HTML", () => {
  expect(html).not.toMatch(/(?:src|href)=|https?:|@import|<script/);
  expect(html).not.toContain("quick<start>");
  expect(html).not.toMatch(/NaN|undefined/);
});
