// Proves: what is refused before it is stored, in the real sandbox.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findBanned } from "@gradus/worker/teacher/banned-imports";
import { generateProblems, type GeneratedProblem } from "@gradus/worker/teacher/generate";
import { validateProblems } from "@gradus/worker/teacher/validate";
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import type { Sandbox } from "@gradus/worker/sandbox/sandbox";

const [base] = generateProblems({ seed: 1, count: 1 });

function foreign(reference: string, tests: readonly (readonly [args: string, expected: string])[]): GeneratedProblem {
  const content = { ...base!.content, reference, tests: tests.map(([args, expected]) => ({ kind: "call" as const, args, expected })) };
  return { ...base!, content, astHash: reference };
}

describe("validation", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await createSandbox({ slots: 2 });
  });
  afterAll(() => sandbox.close());

  it("keeps what the grammar teacher writes", async () => {
    const problems = generateProblems({ seed: 5, count: 25 });
    const { kept, rejected } = await validateProblems(problems, sandbox);
    expect(rejected).toEqual([]);
    expect(kept).toEqual(problems);
  });

  it("refuses what is banned, does not run, answers otherwise, differs from run to run, or never varies, each with its reason", async () => {
    const cases: readonly (readonly [string, GeneratedProblem])[] = [
      ["BANNED_CODE", foreign("import random\ndef f(x):\n return random.random()\n", [["1", "1"]])],
      ["DOES_NOT_RUN", foreign("def f(x) return x\n", [["1", "1"]])],
      ["DOES_NOT_RUN", foreign("def f(x):\n return x[0]\n", [["[]", "1"]])],
      ["WRONG_OUTPUT", foreign("def f(x):\n return x + 1\n", [["1", "3"]])],
      [
        "NOT_DETERMINISTIC",
        foreign("import statistics\ndef f(x):\n return statistics.random.SystemRandom().random()\n", [
          ["1", "1"],
          ["2", "2"],
        ]),
      ],
      [
        "ONE_OUTPUT",
        foreign("def f(x):\n return 7\n", [
          ["1", "7"],
          ["2", "7"],
        ]),
      ],
      ["TOO_LARGE", foreign(`def f(x):\n return x # ${"x".repeat(4_000)}\n`, [["1", "1"]])],
      ["DUPLICATE", base!],
    ];
    const { rejected, kept } = await validateProblems([base!, ...cases.map(([, problem]) => problem)], sandbox);
    expect(kept).toEqual([base]);
    expect(rejected.map(({ reason }) => reason)).toEqual(cases.map(([reason]) => reason));
  });

  it("says BROKEN_SANDBOX of a machine that fails three times, and nothing of the problem", async () => {
    let tries = 0;
    const broken: Pick<Sandbox, "execute" | "slots"> = {
      slots: 1,
      execute: () => {
        tries++;
        return Promise.resolve({ outcome: "SANDBOX_ERROR", probes: [], cpuMs: 0, wallMs: 0, stdout: "", stderr: "" });
      },
    };
    const { rejected } = await validateProblems([base!], broken);
    expect(rejected.map(({ reason }) => reason)).toEqual(["BROKEN_SANDBOX"]);
    expect(tries).toBe(3);
  });
});

describe("banned code", () => {
  it("is found in every form of import and as calls, and not in names that only look alike", () => {
    for (const source of [
      "import os",
      "import math, sys as s",
      "from os.path import join",
      " from random import random",
      "x = open('f')",
      "eval ('1')",
    ])
      expect(findBanned(source)).not.toBeNull();
    for (const source of ["import math", "from itertools import chain", "timer = 1", "x.open()", "reopen(1)", "# import os"])
      expect(findBanned(source)).toBeNull();
  });
});
