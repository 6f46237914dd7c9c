// Proves: sets for the paper's studies: bins, matched histograms, whole chains with their disjoint control, and mixes at any scale.
import { describe, expect, it } from "vitest";
import { bucketOf } from "@gradus/domain/bucket";
import type { EnvironmentName } from "@gradus/domain/problem";
import {
  disjointControl,
  learnable,
  matchHistograms,
  mixEnvironments,
  singleDifficulty,
  wholeChains,
  type Selectable,
} from "@gradus/domain/problem-selection/select";

const problem = (id: string, passes: number, over: Partial<Selectable> = {}): Selectable => ({
  id,
  environment: "INDUCTION",
  passRate: { passes, attempts: 32 },
  ...over,
});
const many = (name: string, passes: number, count: number): Selectable[] =>
  Array.from({ length: count }, (_, i) => problem(`${name}${passes}-${i}`, passes));
const histogram = (problems: readonly Selectable[]): Record<number, number> =>
  Object.fromEntries([...Map.groupBy(problems, ({ passRate }) => passRate.passes)].map(([passes, members]) => [passes, members.length]));
const ids = (problems: readonly Selectable[]): string[] => problems.map(({ id }) => id);

const chain = (name: string, ...rates: number[]): Selectable[] =>
  rates.map((passes, rung) => problem(`${name}/${rung}`, passes, { chain: name, rung }));
const of = (environment: EnvironmentName, count: number): Selectable[] =>
  many(environment, 16, count).map((one) => ({ ...one, environment }));

it("learnable: 1 to 31 of 32", () => {
  const all = Array.from({ length: 33 }, (_, passes) => problem(`k${passes}`, passes));
  expect(learnable(all).problems.map(({ passRate }) => passRate.passes)).toEqual(Array.from({ length: 31 }, (_, i) => i + 1));
});

it("a single difficulty has nothing of the gaps, and the same seed the same problems whatever their order", () => {
  const all = [...many("m", 12, 5), ...many("m", 13, 5), ...many("m", 19, 5), ...many("m", 20, 5)];
  const one = singleDifficulty(all, "MEDIUM", { count: 7, seed: 1 });
  expect(one.problems.every(({ passRate }) => bucketOf(passRate, "narrow") === "MEDIUM")).toBe(true);
  expect(one.problems).toHaveLength(7);
  expect(singleDifficulty(all.toReversed(), "MEDIUM", { count: 7, seed: 1 })).toEqual(one);
  expect(singleDifficulty(all, "MEDIUM", { count: 7, seed: 2 }).hash).not.toBe(one.hash);
});

it("matched histograms: of each rate as many as the poorer side has", () => {
  const a = [...many("a", 4, 3), ...many("a", 16, 9), ...many("a", 30, 2)];
  const b = [...many("b", 4, 5), ...many("b", 16, 4), ...many("b", 8, 7)];
  const [left, right] = matchHistograms(a, b, 1);
  expect(histogram(left.problems)).toEqual({ 4: 3, 16: 4 });
  expect(histogram(right.problems)).toEqual({ 4: 3, 16: 4 });
  expect(ids(left.problems).every((id) => id.startsWith("a"))).toBe(true);
});

describe("chains", () => {
  it("are whole where every narrow level is there; the last rung of a level counts", () => {
    const problems = [...chain("x", 3, 15, 16, 28), ...chain("gap", 3, 22, 28), ...chain("half", 3, 15), problem("alone", 3)];
    expect(wholeChains(problems).map((levels) => ids(levels))).toEqual([["x/3", "x/2", "x/0"]]);
  });

  it("have a control of the same histogram that shares no chain with them or within itself", () => {
    const whole = [...chain("x", 3, 15, 28), ...chain("y", 4, 15, 28)];
    const others = [
      ...chain("z", 3, 15, 28),
      ...chain("w", 3, 15, 28),
      problem("p", 4),
      problem("q", 15),
      problem("r", 28),
      problem("s", 28),
    ];
    const control = disjointControl(wholeChains(whole), [...whole, ...others], { seed: 5 });
    expect(control.missing).toBe(0);
    expect(histogram(control.problems)).toEqual({ 3: 1, 4: 1, 15: 2, 28: 2 });
    const used = control.problems.flatMap((one) => one.chain ?? []);
    expect(new Set(used).size).toBe(used.length);
    expect(used.every((name) => name === "z" || name === "w")).toBe(true);
    expect(disjointControl(wholeChains(whole), whole, { seed: 5 })).toMatchObject({ problems: [], missing: 6 });
  });

  it("have a control of the same lengths too where that is asked: of each rate the nearest there is, the same whatever the order", () => {
    const whole = chain("x", 3, 15, 28).map((one, rung) => ({ ...one, lines: [5, 4, 2][rung] }));
    const others = [2, 3, 4, 5].flatMap((lines) => [3, 15].map((passes) => problem(`${passes}/${lines}`, passes, { lines })));
    const all = [...whole, ...others, problem("28/9", 28, { lines: 9 })];
    const lengths = (sameLength: boolean, seed: number) =>
      disjointControl(wholeChains(whole), all, { seed, sameLength }).problems.map(({ id }) => id);
    for (const seed of [1, 2, 3, 4, 5]) expect(lengths(true, seed).toSorted()).toEqual(["15/4", "28/9", "3/5"]);
    expect(new Set([1, 2, 3, 4, 5].map((seed) => lengths(false, seed).join(" "))).size).toBeGreaterThan(1);
    const control = disjointControl(wholeChains(whole), all.toReversed(), { seed: 1, sameLength: true });
    expect(control).toMatchObject({ missing: 0, unequal: 1 });
    expect(ids(control.problems)).toEqual(lengths(true, 1));
  });
});

it("a mix of environments: 4 x 5,000 against 1 x 20,000 at the scale of what there is", () => {
  const all = [...of("INDUCTION", 40), ...of("ABDUCTION", 10), ...of("DEDUCTION", 10), ...of("FUZZING", 10)];
  const four = mixEnvironments(all, { INDUCTION: 5_000, ABDUCTION: 5_000, DEDUCTION: 5_000, FUZZING: 5_000 }, { total: 38, seed: 1 });
  expect([...Map.groupBy(four.problems, ({ environment }) => environment)].map(([, members]) => members.length)).toEqual([10, 9, 10, 9]);
  expect(mixEnvironments(all, { INDUCTION: 20_000 }, { total: 38, seed: 1 }).problems).toHaveLength(38);
  expect(() => mixEnvironments(all, { FUZZING: 11 }, { seed: 1 })).toThrow(/FUZZING: 11 problems are wanted and there are 10/);
});
