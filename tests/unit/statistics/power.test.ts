// Proves: the smallest detectable difference against printed quantiles of Student's t, and that one seed can tell nothing.
import { expect, test } from "vitest";
import { smallestDetectableDifference } from "@gradus/domain/statistics";

test.each([
  // t(.975) + t(.80) as tables print them: 4.303 + 1.061 at 2 degrees of freedom, 2.365 + 0.896 at 7.
  [3, (4.303 + 1.061) / Math.sqrt(3)],
  [8, (2.365 + 0.896) / Math.sqrt(8)],
])("of %i seeds it is so many standard deviations", (seeds, expected) => {
  expect(smallestDetectableDifference(seeds, 1)).toBeCloseTo(expected, 2);
  expect(smallestDetectableDifference(seeds, 0.02)).toBeCloseTo(0.02 * expected, 4);
});

test("one seed tells no difference at all", () => {
  expect(() => smallestDetectableDifference(1, 1)).toThrow(RangeError);
});
