import { lineageOf } from "@gradus/domain/chain-lineage";
import type { ProblemTries } from "@gradus/domain/chain-lineage";
import { expect, test } from "vitest";

const tries = (problemId: string, step: number, passes: number, isEvaluation = false): ProblemTries => ({
  problemId,
  step,
  policyVersion: step - 1,
  isEvaluation,
  attempts: 4,
  passes,
});
const rungs = ["hard", "medium", "easy"].map((problemId, rung) => ({ problemId, rung }));

test("an unlock has the stones that were solved in earlier steps before it, in their order, and none of its own step", () => {
  const lineage = lineageOf(rungs, [
    tries("hard", 2, 0),
    tries("hard", 9, 1),
    tries("medium", 5, 2),
    tries("easy", 3, 4),
    tries("medium", 4, 0),
  ]);
  expect(
    lineage.map(({ problemId, firstTriedStep, firstSolvedStep, steppingStones }) => [
      problemId,
      firstTriedStep,
      firstSolvedStep,
      steppingStones,
    ]),
  ).toEqual([
    ["hard", 2, 9, ["easy", "medium"]],
    ["medium", 4, 5, ["easy"]],
    ["easy", 3, 3, []],
  ]);
  expect(lineage[0]).toMatchObject({ attempts: 8, passes: 1, firstSolvedVersion: 8 });
  expect(lineageOf(rungs, [tries("hard", 3, 1), tries("easy", 3, 1)]).flatMap(({ steppingStones }) => steppingStones)).toEqual([]);
});

test("what was never drawn, or solved in an evaluation only, was not unlocked", () => {
  const [hard, medium] = lineageOf(rungs, [tries("medium", 1, 0), tries("medium", 4, 4, true)]);
  expect(hard).toMatchObject({ attempts: 0, firstTriedStep: null, firstSolvedStep: null, steppingStones: [] });
  expect(medium).toMatchObject({ attempts: 4, passes: 0, firstSolvedStep: null, firstSolvedVersion: null });
});
