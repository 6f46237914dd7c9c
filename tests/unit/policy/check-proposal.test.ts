// Proves: that a proposal is executed with the checks of a teacher's problem, and what its verdict then says. In the real sandbox.
import { environmentNamed, ExecutionSpec } from "@gradus/domain";
import { composeProposal, renderInduction } from "@gradus/domain/environment/proposal";
import { checkProposal } from "@gradus/worker/activities/check-proposal";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import type { Sandbox } from "@gradus/worker/sandbox/sandbox";
import { afterAll, beforeAll, expect, test } from "vitest";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ slots: 2 });
});
afterAll(() => sandbox.close());

const settings = ExecutionSpec.parse({ cpuMs: 500 });
const { signal } = new AbortController();
const check = async (program: string, input: string, task: "ABDUCTION" | "DEDUCTION" = "DEDUCTION") => {
  const asked = composeProposal(task, []);
  const written = environmentNamed("PROPOSAL").written!(`${program}f(${input})\n`, asked);
  if (written === null) throw new Error("no problem in this completion");
  return checkProposal(written, asked, settings, sandbox, signal);
};

test("a program that runs becomes the problem that was asked for, with the output that it gave", async () => {
  const { execution, sandboxErrors } = await check("def f(x):\n return x[::-1]\n", "[1, 2]", "ABDUCTION");
  expect(sandboxErrors).toBe(0);
  expect(execution).toMatchObject({ verdict: "EXECUTED", tests: [{ verdict: "OK" }] });
  expect(execution.proposed).toEqual({
    environment: "ABDUCTION",
    message: "",
    entryPoint: "f",
    reference: "def f(x):\n return x[::-1]\n",
    tests: [{ kind: "call", args: "[1, 2]", expected: "[2, 1]" }],
    visibleTests: 0,
  });
});

const checkInduction = async (program: string, message: string, inputs: readonly string[]) => {
  const asked = composeProposal(
    "INDUCTION",
    [{ reference: program, entryPoint: "f", tests: [{ kind: "call", args: "1", expected: "?" }] }],
    inputs.length,
  );
  const written = environmentNamed("PROPOSAL").written!(renderInduction(message, inputs), asked);
  if (written === null) throw new Error("no problem in this completion");
  return (await checkProposal(written, asked, settings, sandbox, signal)).execution;
};
const HEAD = "def f(x):\n return x[0] * 2 + 1\n";

test("a message and inputs become an induction: the program that was shown, its outputs, the first half of the pairs to be seen", async () => {
  const execution = await checkInduction(HEAD, "of the first, twice and one", ["[1]", "[2, 5]", "[-1]", "[0]", "[7, 7]"]);
  expect(execution).toMatchObject({ verdict: "EXECUTED", tests: [{ verdict: "OK" }] });
  const { proposed } = execution;
  expect(proposed).toEqual({
    environment: "INDUCTION",
    message: "of the first, twice and one",
    entryPoint: "f",
    reference: HEAD,
    tests: [
      ["[1]", "3"],
      ["[2, 5]", "5"],
      ["[-1]", "-1"],
      ["[0]", "1"],
      ["[7, 7]", "15"],
    ].map(([args, expected]) => ({ kind: "call", args, expected })),
    visibleTests: 2,
  });
  // What its solvers see, and what an answer that knows those two alone is worth.
  const { pose, reward } = environmentNamed("INDUCTION");
  expect(pose(proposed!)).toBe("of the first, twice and one\nf([1]) == 3\nf([2, 5]) == 5\n");
  const tests = proposed!.tests.map((_, at) => ({ verdict: at < 2 ? ("OK" as const) : ("WRONG" as const) }));
  expect(reward({ ...execution, tests })).toBe(0);
});

test.each([
  ["DOES_NOT_RUN: Input 3", HEAD, "the first", ["[1]", "[2]", "[]"]],
  ["ONE_OUTPUT", HEAD, "the first", ["[1]", "[1, 2]", "[1, 3]"]],
  ["LEAKS_CODE", HEAD, "return x[0] * 2 + 1", ["[1]", "[2]", "[3]"]],
  ["NOT_DETERMINISTIC", "def f(x):\n return [x, str(object())]\n", "no clue", ["1", "2"]],
])("%s: an induction is no problem either, and the verdict says why", async (reason, program, message, inputs) => {
  const execution = await checkInduction(program, message, inputs);
  expect(execution).not.toHaveProperty("proposed");
  expect(execution.tests).toEqual([{ verdict: "WRONG", detail: expect.stringContaining(reason) }]);
});

test.each([
  ["DOES_NOT_RUN", "def f(x):\n return x[9]\n", "[1]"],
  ["DOES_NOT_RUN", "def f(x):\n return (x\n", "[1]"],
  ["DOES_NOT_RUN", "def f(x):\n while True: pass\n", "[1]"],
  ["BANNED_CODE", "import random\ndef f(x):\n return random.random()\n", "[1]"],
  ["NOT_DETERMINISTIC", "def f(x):\n return str(object())\n", "[1]"],
  ["ONE_OUTPUT", "def f(x):\n x.append(1)\n", "[1]"],
])("%s: it is no problem, and the verdict says why", async (reason, program, input) => {
  const { execution } = await check(program, input);
  expect(execution.verdict).toBe("EXECUTED");
  expect(execution).not.toHaveProperty("proposed");
  expect(execution.tests).toEqual([{ verdict: "WRONG", detail: expect.stringContaining(reason) }]);
});

test("a machine that breaks every time says nothing of the proposal", async () => {
  const broken: Pick<Sandbox, "execute"> = {
    execute: () => Promise.resolve({ outcome: "SANDBOX_ERROR", probes: [], cpuMs: 0, wallMs: 1, stdout: "", stderr: "" }),
  };
  const written = { program: "def f(x):\n return x\n", inputs: ["1"], message: "" };
  const { execution, sandboxErrors } = await checkProposal(written, composeProposal("DEDUCTION", []), settings, broken, signal);
  expect([execution.verdict, execution.wallMs, sandboxErrors]).toEqual(["SANDBOX_ERROR", 3, 3]);
});
