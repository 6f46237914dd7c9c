// Proves: abduction, deduction and fuzzing, from prompt to reward, in the real sandbox.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findLiterals } from "@gradus/domain/environment/literal-answer";
import { environmentNamed } from "@gradus/domain/environment/registry";
import type { ProblemContent } from "@gradus/domain/problem";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS, type Sandbox } from "@gradus/worker/sandbox/sandbox";
import { derive } from "@gradus/worker/teacher/derive";
import { generateProblems } from "@gradus/worker/teacher/generate";
import { validateProblems } from "@gradus/worker/teacher/validate";

const problem: ProblemContent = {
  environment: "INDUCTION",
  message: "sort",
  entryPoint: "f",
  // Recursive on purpose: the wrapper must not be what it calls.
  reference:
    "def f(x):\n if len(x) < 2:\n  return x\n y = [a for a in x[1:] if a < x[0]]\n z = [a for a in x[1:] if a >= x[0]]\n return f(y) + [x[0]] + f(z)\n",
  tests: [{ kind: "call", args: "[3, 1, 2]", expected: "[1, 2, 3]" }],
  visibleTests: 0,
};

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ slots: 2 });
});
afterAll(() => sandbox.close());

async function rewardFor(content: ProblemContent, completion: string): Promise<number | null | "NO_ANSWER"> {
  const environment = environmentNamed(content.environment);
  const source = environment.extract(completion, content);
  if (source === null) return "NO_ANSWER";
  const execution = await sandbox.execute({
    language: "python",
    source,
    probes: probesOf(content.entryPoint, content.tests),
    limits: DEFAULT_LIMITS,
  });
  return environment.reward(judge(execution, content.tests));
}

describe("a literal answer", () => {
  it("is the last fenced block or the first line, and literals only", () => {
    expect(findLiterals("thinking\n```input\n'a', {'b': 1}\n```", "input")).toBe("'a', {'b': 1}");
    expect(findLiterals("\n [1, 2]\ndef g", "output")).toBe("[1, 2]");
    for (const text of ["", "sorted([1])", "__import__('os')", "[1", "1)\nimport os\n(", "x"])
      expect(findLiterals(text, "output")).toBeNull();
  });
});

describe("deduction", () => {
  const content = { ...problem, environment: "DEDUCTION" as const };

  it("shows function and input, and rewards the output alone", async () => {
    const prompt = environmentNamed("DEDUCTION").pose(content);
    expect(prompt.endsWith("f([3, 1, 2]) ==\n")).toBe(true);
    expect(prompt).not.toContain("[1, 2, 3]");
    expect(await rewardFor(content, "[1, 2, 3]\n")).toBe(1);
    expect(await rewardFor(content, "[1, 3, 2]")).toBe(0);
    expect(await rewardFor(content, "sorted([3, 1, 2])")).toBe("NO_ANSWER");
  });
});

describe("abduction", () => {
  const content = { ...problem, environment: "ABDUCTION" as const };

  it("shows function and output, and rewards every input that gives it", async () => {
    expect(environmentNamed("ABDUCTION").pose(content).endsWith("f(?) == [1, 2, 3]\n")).toBe(true);
    expect(environmentNamed("ABDUCTION").pose(content)).not.toContain("[3, 1, 2]");
    expect(await rewardFor(content, "[3, 1, 2]")).toBe(1);
    expect(await rewardFor(content, "```input\n[2, 3, 1]\n```")).toBe(1);
    expect(await rewardFor(content, "[1, 2]")).toBe(0);
    expect(await rewardFor(content, "[1, 2, 3], 4")).toBe(0);
  });
});

describe("the derived problems of a seed", () => {
  it("are valid, answered by their own test, and not by another program's", async () => {
    const generated = generateProblems({ seed: 21, count: 40, depth: 1 });
    for (const environment of ["ABDUCTION", "DEDUCTION", "FUZZING"] as const) {
      const derived = generated.flatMap((each) => derive(each, environment) ?? []).slice(0, 4);
      expect(derived.length, environment).toBe(4);
      expect((await validateProblems(derived, sandbox)).rejected).toEqual([]);
      for (const { content } of derived) {
        const [test] = content.tests;
        const answer = test?.kind === "call" ? (environment === "DEDUCTION" ? test.expected : test.args) : "";
        expect(await rewardFor(content, answer), `${environment} ${content.reference}`).toBe(1);
        expect(await rewardFor(content, "'no such value'"), environment).toBe(0);
      }
    }
  });

  it("in fuzzing show the property and not its judge, and an invalid input earns nothing", async () => {
    const fuzzing = generateProblems({ seed: 21, count: 40, depth: 1 }).flatMap((each) => derive(each, "FUZZING") ?? [])[0]!.content;
    const prompt = environmentNamed("FUZZING").pose(fuzzing);
    expect(prompt).toContain("def pre_test_f(x):");
    expect(prompt).not.toContain("violates");
    expect(await rewardFor(fuzzing, "None")).toBe(0);
    expect(await rewardFor(fuzzing, "1, 2")).toBe(0);
  });
});
