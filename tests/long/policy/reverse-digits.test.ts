// Owns: that the engine learns from reward alone, and not from reward dealt out at random. Must not know: speed.
import { expect, test } from "vitest";
import { learnToReverse } from "../../testkit/policy/reverse-digits.ts";

test.each([1, 2, 3])("from random weights, seed %i learns to reverse three digits", async (seed) => {
  const { reward } = await learnToReverse(seed, 0.97);
  expect(reward).toBeGreaterThanOrEqual(0.95);
});
