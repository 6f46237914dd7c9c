// Proves: the paper's bins over integer pass counts.
import { expect, it } from "vitest";
import { bucketOf, isLearnable, type BucketScheme } from "@gradus/domain/bucket";

const counts = (scheme: BucketScheme, bucket: string | null): number[] =>
  Array.from({ length: 33 }, (_, k) => k).filter((passes) => bucketOf({ passes, attempts: 32 }, scheme) === bucket);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

it("the broad bins are 28-31, 20-27, 9-19 and 4-8 of 32 (paper Table 3)", () => {
  expect(counts("broad", "EASY")).toEqual(range(28, 31));
  expect(counts("broad", "EASY_MEDIUM")).toEqual(range(20, 27));
  expect(counts("broad", "MEDIUM")).toEqual(range(9, 19));
  expect(counts("broad", "HARD")).toEqual(range(4, 8));
  expect(counts("broad", null)).toEqual([0, 1, 2, 3, 32]);
});

it("the narrow bins are 26-29, 13-19 and 2-5 of 32, with gaps", () => {
  expect(counts("narrow", "EASY")).toEqual(range(26, 29));
  expect(counts("narrow", "MEDIUM")).toEqual(range(13, 19));
  expect(counts("narrow", "HARD")).toEqual(range(2, 5));
  expect(counts("narrow", "EASY_MEDIUM")).toEqual([]);
});

it("a rate of exactly a bound belongs to the easier bin, for any number of attempts", () => {
  expect(bucketOf({ passes: 85, attempts: 100 })).toBe("EASY");
  expect(bucketOf({ passes: 26, attempts: 100 })).toBe("MEDIUM");
  expect(bucketOf({ passes: 1, attempts: 10 })).toBe("HARD");
  expect(bucketOf({ passes: 7, attempts: 8 })).toBe("EASY");
});

it("the general filter keeps 1 to 31 of 32", () => {
  expect(range(0, 32).filter((passes) => isLearnable({ passes, attempts: 32 }))).toEqual(range(1, 31));
});
