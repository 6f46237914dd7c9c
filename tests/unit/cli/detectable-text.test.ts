// Proves: a dry run says how small a difference the experiment can see, by the arm that is looked at least.
import { detectableLines } from "@gradus/cli/view/detectable-text";
import { expect, test } from "vitest";

const file = (seeds: number[], ...evaluations: object[]) => ({
  name: "x",
  seeds,
  arms: evaluations.map((evaluation, at) => ({ name: `arm-${at}`, curriculum: "uniform", evaluation })),
});

test("as the studies state it: 0.098 with three seeds and 800 answers", () => {
  const [line, ...more] = detectableLines(file([1, 2, 3], { problems: 200, samples: 4 }, { problems: 200, samples: 10 }));
  expect(more).toEqual([]);
  expect(line).toContain("over 3 matched seeds: a difference of held-out pass@1 under 0.098");
  expect(line).toContain("800 answers");
});

test("one seed tells nothing, and one arm has nothing to be compared with", () => {
  expect(detectableLines(file([1], {}, {}))).toEqual(["one seed shows no spread: no difference between arms can be told from it"]);
  expect(detectableLines(file([1, 2], {}))).toEqual([]);
});
