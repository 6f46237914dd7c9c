import { stripVTControlCharacters } from "node:util";
import { comparisonText } from "@gradus/cli/view/comparison-text";
import type { Comparison } from "@gradus/cli/view/comparison-text";
import { expect, test } from "vitest";

const estimate = (mean: number | null, low: number | null, high: number | null, n: number, note: string | null = null) => ({
  mean,
  low,
  high,
  n,
  note,
});

const comparison: Comparison = {
  metrics: ["evaluation/pass@1"],
  baselineArm: "uniform",
  arms: [
    {
      arm: { name: "uniform" },
      runs: [
        { id: "a", seed: 1, status: "COMPLETED" },
        { id: "b", seed: 2, status: "FAILED" },
      ],
      metrics: [
        {
          name: "evaluation/pass@1",
          estimate: estimate(0.4375, 0.31, 0.565, 2),
          perSeed: [],
          interquartileMean: 0.4375,
          bootstrap: estimate(0.4375, null, null, 2),
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
        sentence: "uniform is better after training",
      },
      scalars: [
        {
          kind: "BEST",
          metric: "evaluation/pass@1",
          bucket: null,
          estimate: estimate(0.4512, 0.31, 0.59, 2),
          perSeed: [],
          difference: null,
          note: null,
        },
      ],
    },
    {
      arm: { name: "classic" },
      runs: [{ id: "c", seed: 1, status: "COMPLETED" }],
      metrics: [
        {
          name: "evaluation/pass@1",
          estimate: estimate(0.41, null, null, 1, "one seed: no interval"),
          perSeed: [],
          interquartileMean: 0.41,
          bootstrap: estimate(0.41, null, null, 1),
          difference: {
            estimate: estimate(-0.0275, -0.2, 0.145, 1),
            perSeed: [],
            pValue: 0.0123,
            pAdjusted: 0.0246,
            excludesZero: false,
            sentence: "no difference seen",
          },
          probabilityOfImprovement: 0.25,
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
          kind: "BEST",
          metric: "evaluation/pass@1",
          bucket: null,
          estimate: estimate(0.42, null, null, 1),
          perSeed: [],
          difference: null,
          note: "1 of 2 seeds: no point",
        },
      ],
    },
  ],
  verdicts: ["no difference seen in evaluation/pass@1 between uniform and classic"],
  guardRails: ["1 seed in the smallest arm"],
  evaluations: [
    {
      suite: "lcb",
      domain: "OUT_OF_DOMAIN" as const,
      arms: ["uniform", "classic"],
      problemSetId: "live-code-bench-1",
      problemsHash: "p".repeat(64),
      harnessHash: null,
      samples: 10,
      temperature: 0.6,
      topP: 0.95,
      windowFrom: "2024-08-01",
      windowTo: null,
      sentence: "lcb of live-code-bench-1, harness abc",
    },
  ],
};

const text = stripVTControlCharacters(comparisonText(comparison));

test("every arm has its mean, its interval and its n", () => {
  expect(text).toContain("0.438");
  expect(text).toContain("[0.310, 0.565]");
  expect(text).toContain("n=2");
});

test("an interval that cannot be had is said so", () => {
  expect(text).toContain("no interval");
});

test("an arm says what became of its runs", () => {
  expect(text).toContain("1 COMPLETED");
  expect(text).toContain("1 FAILED");
});

test("a held-out improvement carries what it is between and over how many problems", () => {
  expect(text).toContain("+0.120");
  expect(text).toContain("0.310 → 0.430");
  expect(text).toContain("n=200 problems");
  expect(text).toContain("not evaluated");
});

test("a difference whose interval holds 0 is called not significant, and one that leaves it out is not", () => {
  const significance = text.split("\n").filter((line) => line.includes("not significant"));
  expect(significance).toHaveLength(1);
  expect(text.slice(text.indexOf("Difference to uniform"))).toContain("not significant");
});

test("a difference has its p, Holm's, and how often a run is above; over problems it has McNemar's", () => {
  expect(text).toContain("n=1, p=0.012, Holm 0.025");
  expect(text).toContain("P(above)=0.25");
  expect(text).toContain("only this 5, only the baseline 3, McNemar p=0.727");
});

test("verdicts and guard-rails come as sentences after the tables", () => {
  expect(text).toMatch(/What this says\n {2}• no difference seen.*\n\nBefore you believe it\n {2}• 1 seed/s);
});

test("how it was evaluated is said with the numbers", () => {
  expect(text).toMatch(/How it was evaluated\n {2}• lcb of live-code-bench-1, harness abc/);
});

test("whole courses have a row a number and a column an arm, with what to know of them", () => {
  expect(text).toMatch(/best of evaluation\/pass@1 +│ 0\.451 +│ 0\.420/);
  expect(text).toContain("classic, best of evaluation/pass@1: 1 of 2 seeds: no point");
});
