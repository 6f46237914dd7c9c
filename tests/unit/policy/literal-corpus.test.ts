// Owns: that the literal warm start reads right answers, and none of what is measured with. Must not know: how well it is learned.
import { expect, test } from "vitest";
import { environmentNamed } from "@gradus/domain";
import { isHeldOut, LITERAL_ENVIRONMENTS, literalCorpus, literalProblems } from "@gradus/worker/policy/literal-corpus";
import { MAX_COMPLETION_TOKENS, MAX_PROMPT_TOKENS, countTokens } from "@gradus/worker/teacher/vocabulary";

const pairs = literalCorpus(3).take(2_000).toArray();

test("every pair fits the quickstart's model, and the corpus is the same each time", () => {
  for (const { prompt, completion } of pairs) {
    expect(countTokens(prompt)).toBeLessThanOrEqual(MAX_PROMPT_TOKENS);
    expect(countTokens(completion)).toBeLessThanOrEqual(MAX_COMPLETION_TOKENS);
  }
  expect(literalCorpus(3).take(50).toArray()).toEqual(pairs.slice(0, 50));
  expect(new Set(pairs.map(({ prompt }) => prompt)).size).toBeGreaterThan(1_000);
});

test.each(LITERAL_ENVIRONMENTS)("no held-out problem of %s is ever read, whatever the seed, and one in ten is held out", (name) => {
  const problems = literalProblems(77, 2_000, name);
  const heldOut = problems.filter(isHeldOut);
  expect(heldOut.length / problems.length).toBeGreaterThan(0.07);
  expect(heldOut.length / problems.length).toBeLessThan(0.13);
  const held = new Set(heldOut.map(({ content }) => environmentNamed(name).pose(content)));
  expect(pairs.filter(({ prompt }) => held.has(prompt))).toEqual([]);
  const read = new Set(
    literalCorpus(3)
      .take(20_000)
      .map(({ prompt }) => prompt),
  );
  const shown = problems.filter((problem) => !isHeldOut(problem)).filter(({ content }) => read.has(environmentNamed(name).pose(content)));
  expect(shown.length).toBeGreaterThan(0);
});
