// Proves: a synthesis begins with what a run consistently failed, categories in proportion to how much of them fails.
import { createPool, stream } from "@gradus/domain";
import type { PoolProblem } from "@gradus/domain";
import type { ProblemTries } from "@gradus/domain/chain-lineage";
import { accuraciesOf, drawWeaknesses } from "@gradus/domain/synthesis/weak-seeds";
import { expect, test } from "vitest";

const tries = (problemId: string, step: number, passes: number, isEvaluation = false): ProblemTries => ({
  problemId,
  step,
  policyVersion: step,
  isEvaluation,
  attempts: 4,
  passes,
});
const of = (category: string, ...ids: string[]): PoolProblem[] =>
  ids.map((id) => ({ id, category, environment: "INDUCTION", bucket: null, passRate: null }));
/** Of lists one in four fails, of texts all three; nobody has met a number. */
const POOL = createPool([...of("lists", "l1", "l2", "l3", "l4"), ...of("texts", "t1", "t2", "t3"), ...of("numbers", "n1")]);
const TRIES = [
  ...["l1", "l2", "l3"].flatMap((id) => [tries(id, 1, 4), tries(id, 2, 3)]),
  ...["l4", "t1", "t2", "t3"].flatMap((id) => [tries(id, 5, 0), tries(id, 3, 1)]),
  tries("l1", 2, 0, true),
];
const draw = (count: number, learnedFrom = 0.5, seed = 1) =>
  drawWeaknesses(POOL, accuraciesOf(TRIES), { learnedFrom, count, random: stream(`weak/${seed}`) }).map(({ id }) => id);

test("accuracies stand in the order of steps, without evaluations", () => {
  expect(accuraciesOf(TRIES)["t1"]).toEqual([0.25, 0]);
  expect(accuraciesOf(TRIES)["l1"]).toEqual([1, 0.75]);
});

test("only failures are drawn, of a category as often as its share of failures says", () => {
  const drawn = draw(2_000);
  expect(new Set(drawn)).toEqual(new Set(["l4", "t1", "t2", "t3"]));
  // Shares 1/4 and 1: one in five is of lists. Five standard deviations are 0.045.
  expect(Math.abs(drawn.filter((id) => id === "l4").length / drawn.length - 0.2)).toBeLessThan(0.045);
  expect(draw(20)).toEqual(draw(20));
  expect(draw(20)).not.toEqual(draw(20, 0.5, 2));
});

test("where nothing fails nothing is drawn", () => {
  expect(draw(5, 0.1)).toEqual([]);
});
