// Proves: what the grammar teacher promises of its problems, without executing any.
import { describe, expect, it } from "vitest";
import { renderInductionPrompt } from "@gradus/domain/environment/induction";
import { ProblemContent } from "@gradus/domain/problem";
import { generateProblems, INPUTS, type GeneratedProblem } from "@gradus/worker/teacher/generate";
import { mutate } from "@gradus/worker/teacher/mutate";
import { OPERATIONS } from "@gradus/worker/teacher/operations";
import { readProgram, renderMessage, renderReference } from "@gradus/worker/teacher/program";
import { countTokens, cutText, FRAGMENTS, MAX_COMPLETION_TOKENS, MAX_PROMPT_TOKENS } from "@gradus/worker/teacher/vocabulary";

const problems = generateProblems({ seed: 7, count: 1_500 });

const meanDepth = (list: readonly GeneratedProblem[]): number =>
  list.reduce((sum, problem) => sum + problem.operations.length, 0) / list.length;
const withRank = (list: GeneratedProblem[]): number => list.filter((problem) => problem.operations.includes("list.rank")).length;

describe("a seed of the grammar teacher", () => {
  it("gives more than a thousand problems with as many syntax trees", () => {
    expect(problems.length).toBe(1_500);
    expect(new Set(problems.map((problem) => problem.astHash)).size).toBe(1_500);
  });

  it("gives the same problems again, and a longer list begins with the shorter", () => {
    expect(generateProblems({ seed: 7, count: 100 })).toEqual(problems.slice(0, 100));
    expect(generateProblems({ seed: 8, count: 100 })).not.toEqual(problems.slice(0, 100));
  });

  it("fits every prompt and solution into the policy's context", () => {
    expect(Math.max(...problems.map(({ content }) => countTokens(renderInductionPrompt(content))))).toBeLessThanOrEqual(MAX_PROMPT_TOKENS);
    expect(Math.max(...problems.map(({ content }) => countTokens(content.reference)))).toBeLessThanOrEqual(MAX_COMPLETION_TOKENS);
  });

  it("gives contents that the domain accepts, with five inputs and outputs that vary", () => {
    for (const { content } of problems) {
      expect(ProblemContent.parse(content)).toEqual(content);
      expect(content.tests.length).toBe(INPUTS);
      const outputs = content.tests.map((test) => (test.kind === "call" ? test.expected : ""));
      expect(new Set(outputs).size).toBeGreaterThanOrEqual(2);
    }
  });

  it.each([2, 10])("gives %i inputs where so many are asked for, and a change of such a problem has as many", (inputs) => {
    const some = generateProblems({ seed: 7, count: 40, inputs });
    expect(some.length).toBe(40);
    for (const problem of some) {
      expect(problem.content.tests.length).toBe(inputs);
      expect(new Set(problem.content.tests.map((test) => (test.kind === "call" ? test.expected : ""))).size).toBeGreaterThanOrEqual(2);
      expect(mutate(problem, "harder", 1)?.content.tests.length ?? inputs).toBe(inputs);
    }
    expect(some.filter((problem) => mutate(problem, "harder", 1) !== undefined).length).toBeGreaterThan(20);
  });

  it("uses at least thirty operations, at every depth, and tells some steps incompletely", () => {
    expect(OPERATIONS.length).toBeGreaterThanOrEqual(30);
    expect(new Set(problems.flatMap((problem) => problem.operations)).size).toBeGreaterThanOrEqual(100);
    for (const depth of [1, 2, 3, 4]) expect(problems.filter((problem) => problem.operations.length === depth).length).toBeGreaterThan(50);
    const vague = problems.filter(({ content }) => readProgram(content)!.some((step) => step.telling !== "EXACT"));
    expect(vague.length / problems.length).toBeGreaterThan(0.2);
  });

  it("obeys depth, chosen operations and steering", () => {
    expect(generateProblems({ seed: 1, count: 50, depth: 3 }).every((problem) => problem.operations.length === 3)).toBe(true);
    const operations = ["list.reverse", "list.add"];
    expect(new Set(generateProblems({ seed: 1, count: 10, depth: 2, operations }).flatMap((problem) => problem.operations))).toEqual(
      new Set(operations),
    );
    expect(withRank(generateProblems({ seed: 1, count: 300, snippetOperations: ["list.rank"] }))).toBeGreaterThan(
      3 * withRank(problems.slice(0, 300)),
    );
  });

  it("gives fewer problems where the options leave fewer", () => {
    expect(generateProblems({ seed: 1, count: 50, depth: 1, operations: ["list.reverse"] }).length).toBe(1);
  });
});

describe("a program", () => {
  it("is read back from its text and its message", () => {
    for (const { content, operations } of problems) {
      const program = readProgram(content)!;
      expect(program.map((step) => step.operation)).toEqual(operations);
      expect([renderReference(program), renderMessage(program)]).toEqual([content.reference, content.message]);
    }
  });

  it("is not found in text that the teacher did not write", () => {
    expect(readProgram({ ...problems[0]!.content, reference: "def f(x):\n return x.pop()\n", message: "pop" })).toBeUndefined();
    expect(readProgram({ ...problems[0]!.content, reference: "def g(x):\n return x\n", message: "" })).toBeUndefined();
  });
});

describe("a mutation", () => {
  it("goes up and down by one change, names its parent, chain and rung, and is the same for the same seed", () => {
    const parent = problems.find((problem) => problem.operations.length === 2)!;
    const harder = mutate(parent, "harder", 1)!;
    const again = mutate(harder, "harder", 1)!;
    expect(mutate(parent, "harder", 1)).toEqual(harder);
    expect(harder.content).not.toEqual(parent.content);
    expect([harder.origin.rung, again.origin.rung]).toEqual([1, 2]);
    expect(again.origin.chain).toBe(harder.origin.parentHash);
  });

  it("makes problems longer on the way up and shorter on the way down", () => {
    const twos = problems.filter((problem) => problem.operations.length === 2).slice(0, 100);
    const moved = (direction: "harder" | "easier"): GeneratedProblem[] => twos.flatMap((problem) => mutate(problem, direction, 3) ?? []);
    expect(moved("harder").length).toBeGreaterThan(95);
    expect(moved("easier").length).toBeGreaterThan(95);
    expect(meanDepth(moved("harder"))).toBeGreaterThan(2.2);
    expect(meanDepth(moved("easier"))).toBeLessThan(1.8);
  });

  it("ends where nothing is easier, and for problems of another teacher", () => {
    const simplest = generateProblems({ seed: 1, count: 1, depth: 1, vagueness: 0, operations: ["list.reverse"] })[0]!;
    expect(mutate(simplest, "easier", 1)).toBeUndefined();
    const foreign = { content: { ...simplest.content, reference: "def f(x):\n    return list(reversed(x))\n" }, origin: simplest.origin };
    expect(mutate(foreign, "harder", 1)).toBeUndefined();
  });
});

describe("the vocabulary", () => {
  it("has no more than 120 fragments, each once, each of several characters, and cuts without loss", () => {
    expect(FRAGMENTS.length).toBeLessThanOrEqual(120);
    expect(new Set(FRAGMENTS).size).toBe(FRAGMENTS.length);
    expect(FRAGMENTS.every((fragment) => fragment.length > 1 && /^[\n -~]+$/.test(fragment))).toBe(true);
    for (const { content } of problems.slice(0, 200)) {
      const text = renderInductionPrompt(content) + content.reference;
      expect(cutText(text).join("")).toBe(text);
    }
  });
});
