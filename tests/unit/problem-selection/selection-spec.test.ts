// Proves: a selection by specification names the problems that the functions under it name, refuses what a set cannot give, and is the same in any order.
import { expect, it } from "vitest";
import { ProblemSelection, selectProblems, type NamedSelectable } from "@gradus/domain/problem-selection/selection-spec";

const problem = (id: string, passes: number, over: Partial<NamedSelectable> = {}): NamedSelectable => ({
  id,
  environment: "INDUCTION",
  passRate: { passes, attempts: 32 },
  teacher: "grammar",
  ...over,
});
const many = (name: string, passes: number, count: number, over: Partial<NamedSelectable> = {}): NamedSelectable[] =>
  Array.from({ length: count }, (_, i) => problem(`${name}-${passes}-${i}`, passes, over));
const chains = ["a", "b", "c"].flatMap((chain) => [2, 16, 28].map((passes, rung) => problem(`${chain}/${rung}`, passes, { chain, rung })));
const select = (spec: object, problems: readonly NamedSelectable[]) => selectProblems(ProblemSelection.parse(spec), problems);
const rates = (problems: readonly NamedSelectable[]) => problems.map(({ passRate }) => passRate.passes).toSorted((a, b) => a - b);
const ids = (problems: readonly NamedSelectable[]): string[] => problems.map(({ id }) => id);

it("takes so many of one bin, the same whatever their order, and refuses where there are fewer", () => {
  const all = [...many("m", 16, 9), ...many("gap", 21, 9), ...many("h", 3, 4)];
  const medium = select({ kind: "bin", bucket: "MEDIUM", count: 5 }, all);
  expect(medium.problems.map(({ passRate }) => passRate.passes)).toEqual([16, 16, 16, 16, 16]);
  expect(select({ kind: "bin", bucket: "MEDIUM", count: 5 }, all.toReversed())).toEqual(medium);
  expect(select({ kind: "bin", bucket: "EASY_MEDIUM", bins: "broad" }, all).problems).toHaveLength(9);
  expect(() => select({ kind: "bin", bucket: "HARD", count: 5 }, all)).toThrow("5 problems are wanted and there are 4");
  expect(() => select({ kind: "bin", bucket: "EASY" }, all)).toThrow("no problem fits: 22 were looked at");
});

it("gives chains and, for the same count and seed, their control of the same histogram", () => {
  const loose = [2, 16, 28].flatMap((passes) => many("loose", passes, 6));
  const all = [...chains, ...loose];
  const stones = select({ kind: "chains", count: 2, seed: 3 }, all);
  const control = select({ kind: "disjoint", count: 2, seed: 3 }, all);
  expect(new Set(stones.problems.map(({ chain }) => chain)).size).toBe(2);
  expect(rates(control.problems)).toEqual(rates(stones.problems));
  const taken = new Set(stones.problems.map(({ chain }) => chain));
  expect(control.problems.some(({ chain }) => chain !== undefined && taken.has(chain))).toBe(false);
  expect(control.note).toBeNull();
  expect(() => select({ kind: "chains", count: 4 }, all)).toThrow("4 whole chains are wanted and there are 3");
  expect(select({ kind: "disjoint", seed: 1 }, [...chains, ...many("loose", 16, 9)]).note).toBe(
    "of the problems of the chains 6 have no counterpart of the same pass rate",
  );
});

it("mixes learnable problems of environments at any scale, and matches one teacher's histogram to another's", () => {
  const all = [...many("i", 16, 40), ...many("f", 16, 20, { environment: "FUZZING" }), ...many("never", 0, 40, { environment: "FUZZING" })];
  const mix = select({ kind: "mix", environments: { INDUCTION: 5_000, FUZZING: 5_000 }, total: 30 }, all);
  expect(Map.groupBy(mix.problems, ({ environment }) => environment).get("FUZZING")).toHaveLength(15);
  expect(mix.problems.every(({ passRate }) => passRate.passes > 0)).toBe(true);
  const two = [
    ...many("real", 16, 8, { teacher: "real" }),
    ...many("real", 3, 1, { teacher: "real" }),
    ...many("own", 16, 5),
    ...many("own", 3, 4),
  ];
  const matched = select({ kind: "matched", keep: { teacher: "grammar" }, against: { teacher: "real" } }, two);
  expect(ids(matched.problems).toSorted()).toEqual(
    [...ids(many("own", 16, 5)), matched.problems.find(({ passRate }) => passRate.passes === 3)!.id].toSorted(),
  );
});

it("knows its words", () => {
  expect(() => ProblemSelection.parse({ kind: "bins" })).toThrow();
  expect(() => ProblemSelection.parse({ kind: "matched", keep: {}, against: { teacher: "x" } })).toThrow(
    "at least one of environment, teacher and seeds",
  );
});

it("takes parts of a set: real problems, and real with what a synthesis grew from one kind of seed", () => {
  const all = [...many("real", 0, 5), ...many("s", 9, 4, { seedKind: "solutions" }), ...many("w", 9, 4, { seedKind: "snippets" })];
  const real = select({ kind: "parts", parts: [{ seeds: "none", count: 3 }] }, all);
  const both = select({ kind: "parts", parts: [{ seeds: "none", count: 3 }, { seeds: "solutions" }] }, all.toReversed());
  // The real part is the same in both arms: what is added is all that differs.
  expect(ids(both.problems).slice(0, 3)).toEqual(ids(real.problems));
  expect(both.problems.slice(3).map(({ seedKind }) => seedKind)).toEqual(["solutions", "solutions", "solutions", "solutions"]);
  expect(() => select({ kind: "parts", parts: [{ seeds: "rollouts" }] }, all)).toThrow(
    "parts[0]: some problems are wanted and there are 0",
  );
  // What one part has taken is not in the next one.
  expect(new Set(ids(select({ kind: "parts", parts: [{ seeds: "none" }, { teacher: "grammar", count: 8 }] }, all).problems)).size).toBe(13);
});

it("matches the histograms of two kinds of seeds", () => {
  const all = [9, 16].flatMap((passes, at) => [
    ...many("s", passes, 3 + at, { seedKind: "solutions" }),
    ...many("w", passes, 4 - at, { seedKind: "snippets" }),
  ]);
  const [kept, other] = (["solutions", "snippets"] as const).map((seeds, at, both) =>
    select({ kind: "matched", keep: { seeds }, against: { seeds: both[1 - at] } }, all),
  );
  expect(rates(kept!.problems)).toEqual([9, 9, 9, 16, 16, 16]);
  expect(rates(other!.problems)).toEqual(rates(kept!.problems));
  expect(new Set(kept!.problems.map(({ seedKind }) => seedKind))).toEqual(new Set(["solutions"]));
});
