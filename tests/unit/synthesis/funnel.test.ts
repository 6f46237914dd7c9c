// Proves: the figures of a synthesis, against a course that was counted by hand.
import { synthesisFigures } from "@gradus/domain";
import type { TurnOutcome } from "@gradus/domain";
import { nextTurn } from "@gradus/domain/synthesis/progression";
import { expect, test } from "vitest";

const target = { low: 0.35, high: 0.65 };
const at = (
  seed: number,
  turn: number,
  request: TurnOutcome["request"],
  rate: readonly [number, number] | null,
  rejection: TurnOutcome["rejection"] = null,
): TurnOutcome => ({ seed, turn, request, rejection, passes: rate?.[0] ?? null, attempts: rate?.[1] ?? null });

/** Seed 0: 28/32 (as in the paper's figure 2), then 8/32. Seed 1: no message, then always solved, then 16/32. Seed 2: never solved, then a repeat. */
const COURSE = [
  at(0, 1, "FIRST", [28, 32]),
  at(0, 2, "HARDER", [8, 32]),
  at(1, 1, "FIRST", null, "FORMAT"),
  at(1, 2, "REPAIR", [32, 32], "OUT_OF_BAND"),
  at(1, 3, "HARDER", [16, 32]),
  at(2, 1, "FIRST", [0, 32], "NEVER_SOLVED"),
  at(2, 2, "EASIER", [12, 32], "DUPLICATE"),
];

test("every turn is counted at each stage that it came to", () => {
  const { turns } = synthesisFigures(COURSE, target, true);
  expect(turns.map(({ counts }) => counts.map(({ count }) => count))).toEqual([
    [3, 2, 2, 2, 2, 2, 1, 1, 1],
    [3, 3, 3, 3, 3, 3, 3, 2, 1],
    [1, 1, 1, 1, 1, 1, 1, 1, 1],
  ]);
  expect(turns.map(({ measured, inTarget }) => [measured, inTarget])).toEqual([
    [2, 0],
    [3, 1],
    [1, 1],
  ]);
});

test("transitions count pairs of turns of one seed, and movement only where both were measured", () => {
  const { transitions, moved } = synthesisFigures(COURSE, target, true);
  const cells = transitions.filter(({ count }) => count > 0).map(({ from, to, count }) => `${from} > ${to}: ${count}`);
  expect(cells).toEqual(["INVALID > ALWAYS: 1", "NEVER > TARGET: 1", "ABOVE > BELOW: 1", "ALWAYS > TARGET: 1"]);
  expect(transitions).toHaveLength(36);
  expect(moved).toEqual([
    { request: "HARDER", pairs: 2, asAsked: 2, unchanged: 0, against: 0 },
    { request: "EASIER", pairs: 1, asAsked: 1, unchanged: 0, against: 0 },
  ]);
});

test("single-turn yield is of turn 1 alone, and nothing is kept before repeats are found", () => {
  const { singleTurn, multiTurn } = synthesisFigures(COURSE, target, true);
  expect(singleTurn).toEqual({ kept: 1, seeds: 3, teacherCalls: 3, perSeed: 1 / 3, perTeacherCall: 1 / 3 });
  expect(multiTurn).toEqual({ kept: 3, seeds: 3, teacherCalls: 7, perSeed: 1, perTeacherCall: 3 / 7 });
  expect(synthesisFigures(COURSE, target, false).multiTurn.kept).toBe(0);
});

const request = (rate: readonly [number, number] | null) => nextTurn({ progression: "target", target }, [at(0, 1, "FIRST", rate)])?.request;

test("the paper's rules: harder above 0.65, easier at 0, a variant inside the band, a repair without a problem", () => {
  expect([
    request([32, 32]),
    request([21, 32]),
    request([20, 32]),
    request([12, 32]),
    request([11, 32]),
    request([0, 32]),
    request(null),
  ]).toEqual(["HARDER", "HARDER", "VARIANT", "VARIANT", "EASIER", "EASIER", "REPAIR"]);
});

test("a chain goes from hard by medium to easy, and is whole then", () => {
  const chain = { progression: "chain", target } as const;
  const steps = [at(0, 1, "FIRST", [20, 32]), at(0, 2, "HARDER", [3, 32]), at(0, 3, "EASIER", [16, 32]), at(0, 4, "EASIER", [27, 32])];
  const asked = steps.map((_, count) => nextTurn(chain, steps.slice(0, count)));
  expect(asked.map((next) => [next?.request, next?.aim.name])).toEqual([
    ["FIRST", "HARD"],
    ["HARDER", "HARD"],
    ["EASIER", "MEDIUM"],
    ["EASIER", "EASY"],
  ]);
  expect(nextTurn(chain, steps)).toBeNull();
});
