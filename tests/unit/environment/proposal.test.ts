// Proves: what a proposal shows, and which completions hold a problem: as a base model writes it, and in fences as a chat model does.
import { canBeShown, composeProposal, renderProposal } from "@gradus/domain/environment/proposal";
import { environmentNamed } from "@gradus/domain/environment/registry";
import { contentOf, EnvironmentName, ProblemContent, SetEnvironment } from "@gradus/domain/problem";
import { expect, test } from "vitest";

const { pose, extract, written, reward } = environmentNamed("PROPOSAL");
const shown = (reference: string, args: string) => ({
  reference,
  entryPoint: "f",
  tests: [{ kind: "call" as const, args, expected: "?" }],
});
const REVERSE = shown("def f(x):\n return x[::-1]\n", "[1, 2]");
const LENGTH = shown("def f(x):\n return len(x)\n", "'abc'");

test("it shows programs with an input each, and which half will be asked for", () => {
  const deduction = composeProposal("DEDUCTION", [REVERSE, LENGTH]);
  expect(pose(deduction)).toBe("def f(x):\n return x[::-1]\nf([1, 2])\ndef f(x):\n return len(x)\nf('abc')\nf(x) == ?\n");
  expect(pose(composeProposal("ABDUCTION", []))).toBe("f(?) == x\n");
  expect(contentOf(ProblemContent.parse(deduction))).toEqual(deduction);
});

test("only what has a program f and an input can be shown", () => {
  expect(canBeShown(REVERSE)).toBe(true);
  expect(canBeShown({ ...REVERSE, entryPoint: "main" })).toBe(false);
  expect(canBeShown({ ...REVERSE, reference: "" })).toBe(false);
  expect(canBeShown({ ...REVERSE, tests: [{ kind: "check", source: "" }] })).toBe(false);
});

const asked = composeProposal("DEDUCTION", [REVERSE]);
const read = (completion: string) => written!(completion, asked);

test("the program stands before the first line that calls it, and nothing after that line is read", () => {
  const problem = { program: "def f(x):\n return x + x\n", inputs: ["[3]"], message: "" };
  expect(read("def f(x):\n return x + x\nf([3])\n")).toEqual(problem);
  expect(read(renderProposal("def f(x):\n return x + x\n", "[3]"))).toEqual(problem);
  expect(read("def f(x):\n return x + x\nf([3])\ndef f(x):\n return 1\nf(2)\n")).toEqual(problem);
  expect(read("def f(x, y):\n return x + y\nf(1, 'a')")).toMatchObject({ inputs: ["1, 'a'"] });
  expect(read("Thus:\n```python\ndef f(x):\n    return x + x\n```\n```input\n[3]\n```\n")).toMatchObject({ inputs: ["[3]"] });
});

test.each([
  ["no input", "def f(x):\n return x\n"],
  ["no program", "f([3])\n"],
  ["two programs", "def f(x):\n return 1\ndef f(x):\n return 2\nf(3)\n"],
  ["an input that is code", "def f(x):\n return x\nf(open('a'))\n"],
  ["an input without a value", "def f(x):\n return x\nf()\n"],
  ["a program that prints", "def f(x):\n print(x)\n return x\nf(3)\n"],
  ["an open fence", "```python\ndef f(x):\n return x\n"],
  ["nothing", ""],
])("a completion with %s holds no problem", (_, completion) => {
  expect(read(completion)).toBeNull();
});

test("it is no answer: there is nothing to execute, and what it is worth its solvers say", () => {
  expect(extract("def f(x):\n return x\nf(3)\n", asked)).toBeNull();
  expect(reward({ verdict: "EXECUTED", tests: [{ verdict: "OK" }], cpuMs: 0, wallMs: 0, stdout: "", stderr: "" })).toBeNull();
});

test("a set holds no proposals: they belong to runs", () => {
  expect(SetEnvironment.safeParse("PROPOSAL").success).toBe(false);
  expect(SetEnvironment.options).toEqual(EnvironmentName.options.filter((name) => name !== "PROPOSAL"));
});
