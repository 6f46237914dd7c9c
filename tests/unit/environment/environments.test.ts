// Proves: what the policy is shown, what of its text is executed, and what the verdicts are worth.
import { describe, expect, it } from "vitest";
import { environmentNamed, ENVIRONMENTS, templateHash } from "@gradus/domain/environment/registry";
import type { ProblemContent } from "@gradus/domain/problem";
import type { ExecutionResult, RolloutVerdict, TestVerdict } from "@gradus/domain/verdict";

const problem: ProblemContent = {
  environment: "INDUCTION",
  message: "sort then add 2 to each",
  entryPoint: "f",
  reference: "def f(x):\n x = sorted(x)\n return [a + 2 for a in x]\n",
  tests: [
    { kind: "call", args: "[3, 1]", expected: "[3, 5]" },
    { kind: "call", args: "[0]", expected: "[2]" },
    { kind: "call", args: "[7, 7]", expected: "[9, 9]" },
  ],
  visibleTests: 2,
};

const resultOf = (verdict: RolloutVerdict, tests: TestVerdict[]): ExecutionResult => ({
  verdict,
  tests: tests.map((test) => ({ verdict: test })),
  cpuMs: 1,
  wallMs: 1,
  stdout: "",
  stderr: "",
});

describe("induction", () => {
  const induction = environmentNamed("INDUCTION");

  it("shows the message and the visible examples, never a hidden one or the reference", () => {
    expect(induction.pose(problem)).toBe("sort then add 2 to each\nf([3, 1]) == [3, 5]\nf([0]) == [2]\n");
  });

  it("finds the program in bare text, in a fence, and after chatter", () => {
    const program = "def f(x):\n return x\n";
    expect(induction.extract(program, problem)).toBe(program);
    expect(induction.extract(`Sure.\n\`\`\`python\nimport re\n${program}\`\`\`\nDone`, problem)).toBe(`import re\n${program}`);
    expect(induction.extract(`\`\`\`\ndef g(x): pass\n\`\`\`\nthen\n\`\`\`py\n${program}`, problem)).toBe(program);
    expect(induction.extract(`Here it is:\n${program}`, problem)).toBe(program);
  });

  it("answers null where there is no definition of the entry point", () => {
    for (const text of ["", "x[::-1]", "def g(x):\n return x\n", "```python\nprint(1)\n```"])
      expect(induction.extract(text, problem)).toBeNull();
  });

  it("rewards all tests passed with 1, anything a program can do with 0, and a broken machine with nothing", () => {
    expect(induction.reward(resultOf("EXECUTED", ["OK", "OK", "OK"]))).toBe(1);
    expect(induction.reward(resultOf("EXECUTED", ["OK", "OK", "WRONG"]))).toBe(0);
    expect(induction.reward(resultOf("EXECUTED", ["OK", "TIMEOUT", "NOT_RUN"]))).toBe(0);
    expect(induction.reward(resultOf("EXECUTED", []))).toBe(0);
    expect(induction.reward(resultOf("SYNTAX", []))).toBe(0);
    expect(induction.reward(resultOf("NO_ANSWER", []))).toBe(0);
    expect(induction.reward(resultOf("SANDBOX_ERROR", []))).toBeNull();
  });
});

describe("function tests", () => {
  const prompt = 'import math\n\ndef root(x: int) -> int:\n    """ Integer square root.\n    """\n';
  const task: ProblemContent = { ...problem, environment: "FUNCTION_TEST", message: prompt, entryPoint: "root" };
  const functionTest = environmentNamed("FUNCTION_TEST");

  it("continue the prompt with a body and stop where the body ends", () => {
    expect(functionTest.extract("    return math.isqrt(x)\n\nprint(root(4))\n", task)).toBe(`${prompt}    return math.isqrt(x)\n`);
    expect(functionTest.extract("  \n", task)).toBeNull();
  });

  it("keep the prompt's imports where the model repeats the whole function", () => {
    const whole = "```python\ndef root(x):\n    return math.isqrt(x)\n```";
    expect(functionTest.extract(whole, task)).toBe(`${prompt.trimEnd()}\n    pass\n\ndef root(x):\n    return math.isqrt(x)\n`);
  });
});

it("every environment has its own name and template hash", () => {
  expect(new Set(ENVIRONMENTS.map((environment) => environment.name)).size).toBe(ENVIRONMENTS.length);
  expect(new Set(ENVIRONMENTS.map(templateHash)).size).toBe(ENVIRONMENTS.length);
});
