// Proves: what the checked-in sets of the studies of environments and of augmentation promise.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { environmentNamed, isLearnable, ProblemSelection, selectProblems } from "@gradus/domain";
import type { Problem } from "@gradus/domain";
import { expect, test } from "vitest";

const read = async (file: string): Promise<Omit<Problem, "id">[]> =>
  (await readFile(fileURLToPath(new URL(`../../../examples/paper/${file}`, import.meta.url)), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Omit<Problem, "id">);
const selectable = (problems: readonly Omit<Problem, "id">[]) =>
  problems
    .filter(({ split }) => split === "TRAIN")
    .map(({ contentHash, environment, passRate, origin }) => ({
      id: contentHash,
      environment,
      passRate: passRate!,
      teacher: origin.teacher,
      seedKind: origin.seedKind,
    }));
const promptOf = (problem: Omit<Problem, "id">): string => environmentNamed(problem.environment).pose(problem);
const FOUR = ["INDUCTION", "ABDUCTION", "DEDUCTION", "FUZZING"] as const;

test("the set of four environments gives as many problems of one as of four, and asks fifty held-out ones of each but fuzzing, none of them shown", async () => {
  const problems = await read("environments.jsonl");
  const held = problems.filter(({ split }) => split === "HELD_OUT");
  expect(FOUR.map((name) => held.filter(({ environment }) => environment === name).length)).toEqual([50, 50, 50, 41]);
  const shown = new Set(problems.filter(({ split }) => split === "TRAIN").map(promptOf));
  expect(held.filter((problem) => shown.has(promptOf(problem)))).toEqual([]);
  const all = selectable(problems);
  for (const name of FOUR)
    expect(all.filter(({ environment, passRate }) => environment === name && isLearnable(passRate)).length).toBeGreaterThanOrEqual(
      name === "INDUCTION" ? 60 : 15,
    );
  const mix = selectProblems(
    ProblemSelection.parse({ kind: "mix", environments: { INDUCTION: 1, ABDUCTION: 1, DEDUCTION: 1, FUZZING: 1 }, total: 60 }),
    all,
  );
  expect(FOUR.map((name) => mix.problems.filter(({ environment }) => environment === name).length)).toEqual([15, 15, 15, 15]);
});

test("the set of augmentation has 65 real problems, 52 grown from each kind of seed, and matched sets of both kinds", async () => {
  const problems = await read("augmentation.jsonl");
  const all = selectable(problems);
  const count = (kind: string | undefined): number => all.filter(({ seedKind }) => seedKind === kind).length;
  expect(count(undefined)).toBeGreaterThanOrEqual(65);
  expect(count("solutions")).toBeGreaterThanOrEqual(52);
  expect(count("snippets")).toBeGreaterThanOrEqual(52);
  // Nothing that is trained on is asked, and no synthetic problem is a real one.
  const held = new Set(problems.filter(({ split }) => split === "HELD_OUT").map(({ astHash }) => astHash));
  expect(held.size).toBeGreaterThan(180);
  const train = problems.filter(({ split }) => split === "TRAIN");
  expect(train.filter(({ astHash }) => held.has(astHash))).toEqual([]);
  const real = new Set(train.filter(({ origin }) => origin.seedKind === undefined).map(({ astHash }) => astHash));
  expect(train.filter(({ origin, astHash }) => origin.seedKind !== undefined && real.has(astHash))).toEqual([]);
  const [a, b] = (["snippets", "solutions"] as const).map((seeds, at, both) =>
    selectProblems(ProblemSelection.parse({ kind: "matched", keep: { seeds }, against: { seeds: both[1 - at] } }), all)
      .problems.map(({ passRate }) => passRate.passes)
      .toSorted((x, y) => x - y),
  );
  expect(a).toEqual(b);
  expect(a!.length).toBeGreaterThan(25);
});
