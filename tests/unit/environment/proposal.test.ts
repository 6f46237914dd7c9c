// Proves: what a proposal shows, and which completions hold a problem: as a base model writes it, and in fences as a chat model does.
import { canBeShown, composeProposal, renderInduction, renderProposal } from "@gradus/domain/environment/proposal";
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

const induction = composeProposal("INDUCTION", [REVERSE], 3);
const readInduction = (completion: string) => written!(completion, induction);
const MIRRORED = { program: REVERSE.reference, inputs: ["[1]", "[1, 2]", "'ab'"], message: "turn it round" };

test("an induction shows one program without its input, and how many inputs it is to have", () => {
  expect(pose(induction)).toBe("def f(x):\n return x[::-1]\n?(x) == x, 3 x\n");
  expect(contentOf(ProblemContent.parse(induction))).toEqual(induction);
  // The number is part of what is asked, and so of the problem's hash; the other tasks have none and keep theirs.
  expect(pose(composeProposal("INDUCTION", [REVERSE], 10))).toContain(", 10 x\n");
  expect(asked).not.toHaveProperty("inputs");
});

test("the message stands before the first line that calls f, the inputs are those lines, and what follows as many as were asked for is not read", () => {
  expect(readInduction("turn it round\nf([1])\nf([1, 2])\nf('ab')\n")).toEqual(MIRRORED);
  expect(readInduction(renderInduction(MIRRORED.message, MIRRORED.inputs))).toEqual(MIRRORED);
  expect(readInduction("turn it round\nf([1])\nf([1, 2])\nf('ab')\nf([9])\nand so on")).toEqual(MIRRORED);
  expect(readInduction("turn\r\nit round\r\nf([1])\r\nf([1, 2])\r\nf('ab')")).toMatchObject({ message: "turn\nit round" });
  const fenced = "So:\n```message\nturn it round\n```\n```input\n[1]\n```\n```input\n[1, 2]\n```\n```input\n'ab'\n```\n";
  expect(readInduction(fenced)).toEqual(MIRRORED);
  // Whatever program it writes, the one that was shown is asked for.
  expect(readInduction(`${fenced}\`\`\`python\ndef f(x):\n return 0\n\`\`\``)).toEqual(MIRRORED);
});

test.each([
  ["too few inputs", "turn it round\nf([1])\nf([2])\n"],
  ["inputs that something else parts", "turn it round\nf([1])\nthen\nf([2])\nf([3])\n"],
  ["no message", "f([1])\nf([2])\nf([3])\n"],
  ["an input that is code", "turn it round\nf([1])\nf([2])\nf(open('a'))\n"],
  ["more inputs in fences than were asked for", `\`\`\`message\nm\n\`\`\`\n${"```input\n[1]\n```\n".repeat(4)}`],
  ["a program alone", "def f(x):\n return x[::-1]\n"],
  ["nothing", ""],
])("a completion with %s holds no induction", (_, completion) => {
  expect(readInduction(completion)).toBeNull();
});

test("it is no answer: there is nothing to execute, and what it is worth its solvers say", () => {
  expect(extract("def f(x):\n return x\nf(3)\n", asked)).toBeNull();
  expect(reward({ verdict: "EXECUTED", tests: [{ verdict: "OK" }], cpuMs: 0, wallMs: 0, stdout: "", stderr: "" })).toBeNull();
});

test("a set holds no proposals: they belong to runs", () => {
  expect(SetEnvironment.safeParse("PROPOSAL").success).toBe(false);
  expect(SetEnvironment.options).toEqual(EnvironmentName.options.filter((name) => name !== "PROPOSAL"));
});
