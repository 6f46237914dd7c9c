// Proves: the paper's advantage, and what a rollout without a reward does to its group.
import { expect, it } from "vitest";
import { creditGroup } from "@gradus/domain/advantage";

it("an advantage is the reward minus the group's mean, undivided", () => {
  expect(creditGroup([1, 0, 0, 1])).toEqual({ advantages: [0.5, -0.5, -0.5, 0.5], baseline: 0.5, credited: 4, refused: null });
  expect(creditGroup([1, 0, 0, 0]).advantages).toEqual([0.75, -0.25, -0.25, -0.25]);
});

it("a rollout that was not credited has no advantage and is not in the mean", () => {
  expect(creditGroup([1, null, 0, 0])).toEqual({
    advantages: [1 - 1 / 3, null, -1 / 3, -1 / 3],
    baseline: 1 / 3,
    credited: 3,
    refused: null,
  });
});

it("a group of half its size stands, a smaller one is refused", () => {
  expect(creditGroup([1, 0, null, null]).refused).toBeNull();
  expect(creditGroup([1, null, null, null]).refused).toBe("UNDER_HALF_CREDITED");
  expect(creditGroup([null, null]).refused).toBe("UNDER_HALF_CREDITED");
  expect(creditGroup([null, null]).baseline).toBeNull();
});
