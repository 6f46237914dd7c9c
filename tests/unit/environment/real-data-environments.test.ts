// Proves: contest, pytest, final answers and exact abduction, from prompt to reward, in the real sandbox.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STDIN_ENTRY } from "@gradus/domain/environment/contest";
import { beginningOf } from "@gradus/domain/environment/environment";
import { ANSWER_ENTRY, findAnswer, normaliseAnswer } from "@gradus/domain/environment/final-answer";
import { composePytest } from "@gradus/domain/environment/pytest";
import { environmentNamed, ENVIRONMENTS, templateHash } from "@gradus/domain/environment/registry";
import type { ProblemContent } from "@gradus/domain/problem";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS, type Sandbox } from "@gradus/worker/sandbox/sandbox";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ slots: 2 });
});
afterAll(() => sandbox.close());

async function rewardFor(content: ProblemContent, completion: string): Promise<number | null | "NO_ANSWER"> {
  const { extract, judging, reward } = environmentNamed(content.environment);
  const source = extract(completion, content);
  if (source === null) return "NO_ANSWER";
  const probes = probesOf(content.entryPoint, content.tests);
  const execution = await sandbox.execute({ language: "python", source, probes, limits: DEFAULT_LIMITS, processes: judging.processes });
  return reward(judge(execution, content.tests, judging));
}

const literal = (text: string): string => JSON.stringify(text);

describe("contest, standard input and output", () => {
  const content: ProblemContent = {
    environment: "CONTEST",
    message: "Read n, then n numbers; print their sum.",
    entryPoint: STDIN_ENTRY,
    reference: "",
    tests: [
      { kind: "call", args: literal("2\n3 4\n"), expected: literal("7") },
      { kind: "call", args: literal("3\n1 1 1\n"), expected: literal("3") },
    ],
    visibleTests: 1,
  };

  it("shows the visible example as text and no hidden one", () => {
    const prompt = environmentNamed("CONTEST").pose(content);
    expect(prompt).toContain("Input\n2\n3 4\n\nOutput\n7\n");
    expect(prompt).not.toContain("1 1 1");
  });

  it("rewards programs however they read, with blanks at line ends, and after sys.exit", async () => {
    expect(await rewardFor(content, "```python\nn = int(input())\nprint(sum(map(int, input().split())))\n```")).toBe(1);
    expect(
      await rewardFor(
        content,
        "import sys\ndata = sys.stdin.buffer.read().split()\nprint(sum(map(int, data[1:])), '  ')\nprint()\nsys.exit(0)\n",
      ),
    ).toBe(1);
    expect(await rewardFor(content, "print(sum(map(int, open(0).read().split()[1:])))")).toBe(1);
    expect(await rewardFor(content, "if __name__ == '__main__':\n    input()\n    print(sum(map(int, input().split())))")).toBe(1);
  });

  it("does not reward a wrong, a broken and an empty one, nor state left by an earlier test", async () => {
    expect(await rewardFor(content, "print(7)")).toBe(0);
    expect(await rewardFor(content, "print(")).toBe(0);
    expect(await rewardFor(content, "  \n")).toBe("NO_ANSWER");
    expect(await rewardFor(content, "import os\nprint(7)\nos._exit(0)")).toBe(0);
  });

  it("calls a function by name, global or a method of Solution", async () => {
    const named = { ...content, entryPoint: "total", tests: [{ kind: "call" as const, args: "[1, 2], 3", expected: "6" }] };
    expect(await rewardFor(named, "def total(a, b):\n    return sum(a) + b")).toBe(1);
    expect(await rewardFor(named, "class Solution:\n    def total(self, a, b):\n        return float(sum(a) + b)")).toBe(1);
    expect(await rewardFor(named, "def other():\n    return 6")).toBe(0);
  });
});

describe("pytest", () => {
  const module = `import pytest
from solution import halve

def test_half():
    assert halve(4) == 2

@pytest.mark.parametrize("given, half", [(6, 3), (0, 0)])
def test_more(given, half):
    assert halve(given) == pytest.approx(half)

def test_text():
    with pytest.raises(TypeError):
        halve("x")
`;
  const content: ProblemContent = {
    environment: "PYTEST",
    message: "Write halve(n), which halves a number.",
    entryPoint: "halve",
    reference: "",
    tests: ["test_half", "test_more", "test_text"].map((name) => ({ kind: "check", source: composePytest(module, "halve", name) })),
    visibleTests: 0,
  };

  it("rewards what passes every test function, and nothing else", async () => {
    expect(await rewardFor(content, "```python\ndef halve(n):\n    return n / 2\n```")).toBe(1);
    expect(await rewardFor(content, "def halve(n):\n    return 2")).toBe(0);
    expect(await rewardFor(content, "def halve(n):\n    return n / 2 if not isinstance(n, str) else 0")).toBe(0);
    expect(await rewardFor(content, "print('passed')")).toBe("NO_ANSWER");
  });
});

describe("final answers", () => {
  it("are found in a box, after 'answer is', or on the last line", () => {
    expect(findAnswer("so \\boxed{1} and then \\boxed{\\frac{1}{2}} is it")).toBe("\\frac{1}{2}");
    expect(findAnswer("The answer is 42\n")).toBe("42");
    expect(findAnswer("we get\n17\n")).toBe("17");
    expect(findAnswer(" \n")).toBeNull();
  });

  it("are equal where only the looks differ", () => {
    const alike: readonly (readonly string[])[] = [
      ["\\frac{1}{2}", "\\dfrac{2}{4}", "0.5", "1/2", "\\frac12", "$\\frac{1}{2}$", ".5"],
      ["1,234", "1234", "1234.0", "1234."],
      ["-\\frac{3}{4}", "-0.75"],
      ["\\left( 3, \\frac{\\pi}{2} \\right)", "(3,\\frac{\\pi}{2})"],
      ["\\text{Evelyn}", "Evelyn"],
      ["x=5", "5"],
      ["90^\\circ", "90"],
      ["10\\%", "10"],
      ["070", "70"],
    ];
    for (const forms of alike) expect(new Set(forms.map(normaliseAnswer)).size, forms.join(" ~ ")).toBe(1);
    expect(new Set(["1,2", "12", "(1,2)", "\\sqrt{2}", "-12"].map(normaliseAnswer)).size).toBe(5);
  });

  it("are rewarded through the sandbox, and never run as code", async () => {
    const content: ProblemContent = {
      environment: "ANSWER",
      message: "What is 1/4 + 1/4?",
      entryPoint: ANSWER_ENTRY,
      reference: "",
      tests: [{ kind: "call", args: "", expected: literal(normaliseAnswer("\\frac{1}{2}")) }],
      visibleTests: 0,
    };
    expect(environmentNamed("ANSWER").pose(content)).toContain("What is 1/4 + 1/4?");
    expect(await rewardFor(content, "It is \\boxed{0.50}.")).toBe(1);
    expect(await rewardFor(content, "It is \\boxed{2}.")).toBe(0);
    expect(await rewardFor(content, '\\boxed{" + "1/2}')).toBe(0);
  });
});

describe("abduction", () => {
  const content: ProblemContent = {
    environment: "ABDUCTION",
    message: "",
    entryPoint: "f",
    reference: "def f(x):\n    return x * x\n",
    tests: [{ kind: "call", args: "3", expected: "9" }],
    visibleTests: 0,
  };

  it("takes any pre-image by execution, and only the hidden one where the match is exact", async () => {
    const exact = { ...content, match: "exact" as const };
    expect([await rewardFor(content, "-3"), await rewardFor(content, "3"), await rewardFor(content, "2")]).toEqual([1, 1, 0]);
    expect([await rewardFor(exact, "-3"), await rewardFor(exact, "3"), await rewardFor(exact, "3.0")]).toEqual([0, 1, 1]);
  });
});

it("the beginning of an answer is whole lines, and never the whole answer", () => {
  const answer = "def f(x):\n    y = x\n    return y\n";
  expect([0, 0.3, 0.5, 0.7, 1].map((share) => beginningOf(answer, share))).toEqual([
    "",
    "",
    "def f(x):\n",
    "def f(x):\n    y = x\n",
    "def f(x):\n    y = x\n",
  ]);
  const content: ProblemContent = {
    environment: "FUNCTION_TEST",
    message: "def f(x):\n",
    entryPoint: "f",
    reference: "def f(x):\n    return x\n",
    tests: [{ kind: "call", args: "1", expected: "1" }],
    visibleTests: 0,
  };
  expect(environmentNamed("FUNCTION_TEST").demonstration?.(content)).toBe("    return x\n");
  expect(environmentNamed("DEDUCTION").demonstration).toBeUndefined();
});

it("every environment has a name, a line and a prompt hash of its own", () => {
  expect(new Set(ENVIRONMENTS.map(({ name }) => name)).size).toBe(ENVIRONMENTS.length);
  expect(new Set(ENVIRONMENTS.map(templateHash)).size).toBe(ENVIRONMENTS.length);
});
