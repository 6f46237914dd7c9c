// Owns: real, published checks go through the sandbox with the verdicts that their authors meant.
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS, type Sandbox } from "@gradus/worker/sandbox/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { ProblemContent } from "@gradus/domain/problem";
import { checkSourceOf, humanEvalProblems, type HumanEvalTask, humanEvalTasks } from "../../testkit/humaneval/humaneval.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ backend: "bubblewrap" });
});
afterAll(() => sandbox.close());

/** Each task judged by the check as published. */
async function verdicts(sourceOf: (task: HumanEvalTask) => string): Promise<Map<string, string>> {
  const tasks = humanEvalTasks();
  const judged = await Promise.all(
    tasks.map(async (task) => {
      const tests = [{ kind: "check", source: checkSourceOf(task) }] as const;
      const probes = probesOf(task.entry_point, tests);
      const limits = { ...DEFAULT_LIMITS, cpuMs: 5_000, wallMs: 30_000 };
      const execution = await sandbox.execute({ language: "python", source: sourceOf(task), probes, limits });
      const result = judge(execution, tests);
      return [task.task_id, `${result.verdict} ${result.tests[0]?.verdict} ${result.tests[0]?.detail ?? ""}`.trim()] as const;
    }),
  );
  return new Map(judged);
}

/** Each task judged by what the importer makes of its check: true where every test is OK. */
async function passes(sourceOf: (task: HumanEvalTask) => string): Promise<Map<string, boolean>> {
  const [tasks, problems] = [humanEvalTasks(), await humanEvalProblems()];
  const judged = await Promise.all(
    tasks.map(async (task, at) => {
      const { entryPoint, tests } = problems[at] as ProblemContent;
      const limits = { ...DEFAULT_LIMITS, cpuMs: 5_000, wallMs: 30_000 };
      const execution = await sandbox.execute({ language: "python", source: sourceOf(task), probes: probesOf(entryPoint, tests), limits });
      return [task.task_id, judge(execution, tests).tests.every(({ verdict }) => verdict === "OK")] as const;
    }),
  );
  return new Map(judged);
}

/** Programs that are right in part: what is asked first, of small arguments, or but for the type of the answer. */
const PARTLY_RIGHT: readonly (readonly [string, string])[] = [
  ["right", ""],
  [
    "right twice, then None",
    "_asked = 0\ndef _wrong(value):\n    global _asked\n    _asked += 1\n    return value if _asked < 3 else None",
  ],
  ["with bools for ints", "def _wrong(value):\n    return bool(value) if value in (0, 1) else value"],
  ["with tuples for lists", "def _wrong(value):\n    return tuple(value) if isinstance(value, list) else value"],
  ["with floats a little off", "def _wrong(value):\n    return value + 1e-9 if isinstance(value, float) else value"],
  ["raising on what is empty", "def _wrong(value):\n    if not value: raise ValueError\n    return value"],
];
const wrapped = (task: HumanEvalTask, wrong: string): string =>
  `${task.prompt}${task.canonical_solution}\n${wrong === "" ? "" : `${wrong}\n_right = ${task.entry_point}\ndef ${task.entry_point}(*a, **k):\n    return _wrong(_right(*a, **k))\n`}`;

it.each(PARTLY_RIGHT)("a solution %s passes the imported tests exactly where it passes the published check", async (name, wrong) => {
  const source = (task: HumanEvalTask): string => wrapped(task, wrong);
  const [published, imported] = [await verdicts(source), await passes(source)];
  expect([...imported].filter(([task, passed]) => passed !== (published.get(task) === "EXECUTED OK"))).toEqual([]);
  const passed = [...imported.values()].filter(Boolean).length;
  // Python says True == 1, and so does a published check.
  if (name === "right" || name === "with bools for ints") expect(passed).toBe(164);
  else expect(passed).toBeLessThan(164);
});

it("passes every one of HumanEval's 164 canonical solutions", async () => {
  const result = await verdicts((task) => task.prompt + task.canonical_solution);
  expect(result.size).toBe(164);
  expect([...result].filter(([, verdict]) => verdict !== "EXECUTED OK")).toEqual([]);
});

it("passes none of the copies that return None", async () => {
  const result = await verdicts((task) => `${task.prompt}    return None\n`);
  expect([...result].filter(([, verdict]) => verdict.includes("OK"))).toEqual([]);
});

it("passes none of the copies that print success and exit early", async () => {
  const result = await verdicts((task) => `${task.prompt}    print("PASSED"); print("P"); import os; os._exit(0)\n`);
  expect([...result].filter(([, verdict]) => !verdict.startsWith("EXECUTED RUNTIME"))).toEqual([]);
});
