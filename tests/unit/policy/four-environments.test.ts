// Owns: that the warm start of the study of four environments reads all of them, that its answers fit, and that it reads nothing of what is held out.
// Must not know: how well it is learned.
import { environmentNamed } from "@gradus/domain";
import { fourEnvironmentsCorpus } from "@gradus/worker/policy/build-four-environments";
import { fuzzingProblems } from "@gradus/worker/policy/fuzzing-corpus";
import { isHeldOut } from "@gradus/worker/policy/literal-corpus";
import { countTokens, MAX_COMPLETION_TOKENS, MAX_PROMPT_TOKENS } from "@gradus/worker/teacher/vocabulary";
import { expect, test } from "vitest";

const pairs = fourEnvironmentsCorpus(3).take(2_000).toArray();

const kindOf = (prompt: string): string =>
  prompt.endsWith("test_f(?) fails\n")
    ? "fuzzing"
    : prompt.startsWith("def f")
      ? prompt.includes("f(?)")
        ? "abduction"
        : "deduction"
      : "induction";

test("the environments take turns, every pair fits the quickstart's model, and the corpus is the same each time", () => {
  for (const { prompt, completion } of pairs) {
    expect(countTokens(prompt)).toBeLessThanOrEqual(MAX_PROMPT_TOKENS);
    expect(countTokens(completion)).toBeLessThanOrEqual(MAX_COMPLETION_TOKENS);
  }
  const counts = Map.groupBy(pairs, ({ prompt }) => kindOf(prompt));
  expect(counts.get("induction")).toHaveLength(500);
  expect(counts.get("fuzzing")).toHaveLength(500);
  expect(counts.get("abduction")!.length + counts.get("deduction")!.length).toBe(1_000);
  expect(fourEnvironmentsCorpus(3).take(40).toArray()).toEqual(pairs.slice(0, 40));
});

test("no held-out fuzzing prompt is ever read, and one in ten is held out", () => {
  const problems = [...fuzzingProblems(77, 2_000)];
  const prompts = new Map(problems.map((problem) => [environmentNamed("FUZZING").pose(problem.content), problem]));
  const held = [...prompts].filter(([, problem]) => isHeldOut(problem)).map(([prompt]) => prompt);
  expect(held.length / prompts.size).toBeGreaterThan(0.05);
  expect(held.length / prompts.size).toBeLessThan(0.2);
  const read = new Set(pairs.map(({ prompt }) => prompt));
  expect(held.filter((prompt) => read.has(prompt))).toEqual([]);
  expect([...prompts.keys()].some((prompt) => read.has(prompt))).toBe(true);
});
