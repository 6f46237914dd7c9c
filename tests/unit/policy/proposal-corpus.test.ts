// Proves: that what the self-play warm start reads fits its model, holds problems that can be read back, and is the same each time.
import { environmentNamed } from "@gradus/domain";
import { composeProposal } from "@gradus/domain/environment/proposal";
import { proposalCorpus } from "@gradus/worker/policy/proposal-corpus";
import { countTokens, MAX_COMPLETION_TOKENS, MAX_PROMPT_TOKENS } from "@gradus/worker/teacher/vocabulary";
import { expect, test } from "vitest";

const pairs = proposalCorpus(3).take(1_000).toArray();
const asked = composeProposal("DEDUCTION", []);
const readBack = (completion: string) => environmentNamed("PROPOSAL").written!(completion, asked);

test("every pair fits the model, both tasks take turns, and the corpus is the same each time", () => {
  for (const { prompt, completion } of pairs) {
    expect(countTokens(prompt)).toBeLessThanOrEqual(MAX_PROMPT_TOKENS);
    expect(countTokens(completion)).toBeLessThanOrEqual(MAX_COMPLETION_TOKENS);
  }
  expect(pairs.filter(({ prompt }) => prompt.endsWith("f(x) == ?\n")).length).toBe(500);
  expect(pairs.filter(({ prompt }) => prompt.endsWith("f(?) == x\n")).length).toBe(500);
  expect(proposalCorpus(3).take(20).toArray()).toEqual(pairs.slice(0, 20));
});

test("three in four hold a problem, the others lack its input, and no prompt shows the program that is written", () => {
  const held = pairs.filter(({ completion }) => readBack(completion) !== null);
  expect(held.length / pairs.length).toBeGreaterThan(0.7);
  expect(held.length / pairs.length).toBeLessThan(0.8);
  for (const { prompt, completion } of held) expect(prompt).not.toContain(readBack(completion)!.program);
});
