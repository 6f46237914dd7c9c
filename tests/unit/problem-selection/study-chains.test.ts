// Proves: what the checked-in set of chains promises: whole chains made top-down, a control for every problem of them, nothing of what is held out.
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { bucketOf, ProblemSelection, selectProblems, sha256Hex } from "@gradus/domain";
import type { Problem } from "@gradus/domain";
import { expect, test } from "vitest";

const bytes = await readFile(fileURLToPath(new URL("../../../examples/paper/chains.jsonl", import.meta.url)));
const problems = bytes
  .toString("utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Omit<Problem, "id">);
const selectable = problems
  .filter(({ split }) => split === "TRAIN")
  .map(({ contentHash, environment, passRate, origin, reference }) => ({
    id: contentHash,
    environment,
    passRate: passRate!,
    teacher: origin.teacher,
    chain: origin.chain,
    rung: origin.rung,
    lines: reference!.split("\n").filter((line) => line.trim() !== "").length,
  }));

const select = (kind: object) => selectProblems(ProblemSelection.parse({ ...kind, seed: 1 }), selectable);
const linesOfHard = ({ problems: of }: ReturnType<typeof select>): number[] =>
  of.flatMap(({ passRate, lines }) => (bucketOf(passRate, "narrow") === "HARD" ? [lines] : [])).toSorted();

test("the file is the one that the studies were written for", () => {
  expect(sha256Hex(bytes)).toBe("df18f655b64844259519bee3d137a8a31aac0e98ba34b3961d37e8522c2a7f7b");
});

test("it has 17 chains, hard, medium and easy by their measured rates, each problem made from the one above it", () => {
  const chains = [
    ...Map.groupBy(
      problems.filter(({ origin }) => origin.chain !== undefined),
      ({ origin }) => origin.chain,
    ).values(),
  ];
  expect(chains).toHaveLength(17);
  for (const chain of chains) {
    expect(chain.map(({ passRate }) => bucketOf(passRate!, "narrow"))).toEqual(["HARD", "MEDIUM", "EASY"]);
    expect(chain.map(({ origin }) => origin.rung)).toEqual([0, 1, 2]);
    expect(chain.map(({ origin }) => origin.parentHash)).toEqual([undefined, chain[0]!.contentHash, chain[1]!.contentHash]);
  }
});

test("chains and control have as many problems with the same rates, and no problem in common", () => {
  const chains = selectProblems({ kind: "chains", seed: 1 }, selectable);
  const control = selectProblems({ kind: "disjoint", seed: 1 }, selectable);
  expect([chains.note, control.note]).toEqual([null, null]);
  const rates = (of: typeof chains) => of.problems.map(({ passRate }) => passRate.passes).toSorted((a, b) => a - b);
  expect(rates(control)).toEqual(rates(chains));
  expect(chains.problems).toHaveLength(51);
  const inChains = new Set(chains.problems.map(({ id }) => id));
  expect(control.problems.filter(({ id }) => inChains.has(id))).toEqual([]);
});

test("a control of the same lengths has for every problem of the chains one of its rate, and for all but one of its length", () => {
  const control = select({ kind: "disjoint", sameLength: true });
  expect(control).toMatchObject({ note: "of the problems of the chains 1 have none of the same length too" });
  expect(control.problems).toHaveLength(51);
  expect(linesOfHard(control)).toEqual(linesOfHard(select({ kind: "chains" })));
  expect(linesOfHard(select({ kind: "disjoint" }))).not.toEqual(linesOfHard(select({ kind: "chains" })));
});

test("no program is in it twice, on either side of the split", () => {
  const train = problems.filter(({ split }) => split === "TRAIN").map(({ contentHash }) => contentHash);
  expect(new Set(train).size).toBe(train.length);
  const heldOut = new Set(problems.filter(({ split }) => split === "HELD_OUT").map(({ astHash }) => astHash));
  expect(heldOut.size).toBeGreaterThan(200);
  expect(problems.filter(({ split, astHash }) => split === "TRAIN" && heldOut.has(astHash))).toEqual([]);
});
