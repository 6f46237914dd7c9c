// Owns: what the quickstart's problems promise: pinned bytes, disjoint splits, a share for every difficulty. Must not know: how they were made.
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bucketOf, contentHash } from "@gradus/domain";
import type { Problem } from "@gradus/domain";
import { sha256Hex } from "@gradus/domain/content-hash";
import { PROBLEM_SET_RECIPE } from "@gradus/worker/policy/build-problem-set";

const file = readFileSync(new URL("../../../examples/quickstart/problems.jsonl", import.meta.url));
const problems = file
  .toString()
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Omit<Problem, "id">);
const ofSplit = (split: Problem["split"]) => problems.filter((problem) => problem.split === split);

test("the file is the one that tools/build-quickstart-problems.ts wrote from the checked-in warm start", () => {
  expect(sha256Hex(file)).toBe("6fef6606ee26bc0cca02cff3feabef4d4c94fc25375724fad4ea79b2b4993074");
  for (const { contentHash: named, astHash: _, origin: _o, operations: _p, split: _s, passRate: _r, bucket: _b, ...content } of problems)
    expect(contentHash(content)).toBe(named);
});

test("no program is in both splits, nor twice in one", () => {
  const { train, heldOut } = PROBLEM_SET_RECIPE;
  expect([ofSplit("TRAIN").length, ofSplit("HELD_OUT").length]).toEqual([train, heldOut]);
  expect(new Set(problems.map((problem) => problem.astHash)).size).toBe(train + heldOut);
  expect(new Set(problems.map((problem) => problem.contentHash)).size).toBe(train + heldOut);
});

test.each(["TRAIN", "HELD_OUT"] as const)("each broad bucket holds a tenth or more of what was measured in %s", (split) => {
  const measured = ofSplit(split);
  for (const { passRate, bucket } of measured) expect(passRate && bucketOf(passRate)).toBe(bucket);
  for (const bucket of ["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"] as const)
    expect(measured.filter((problem) => problem.bucket === bucket).length / measured.length).toBeGreaterThanOrEqual(0.1);
});
