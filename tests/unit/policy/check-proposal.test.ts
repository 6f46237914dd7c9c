// Proves: that a proposal is executed with the checks of a teacher's problem, and what its verdict then says. In the real sandbox.
import { environmentNamed, ExecutionSpec } from "@gradus/domain";
import { composeProposal } from "@gradus/domain/environment/proposal";
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
