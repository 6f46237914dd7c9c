// Owns: real, published checks go through the sandbox with the verdicts that their authors meant.
import { createSandbox } from "@gradus/worker/sandbox/create-sandbox";
import { judge, probesOf } from "@gradus/worker/sandbox/judge";
import { DEFAULT_LIMITS, type Sandbox } from "@gradus/worker/sandbox/sandbox";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkSourceOf, type HumanEvalTask, humanEvalTasks } from "../../testkit/humaneval/humaneval.ts";

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await createSandbox({ backend: "bubblewrap" });
});
afterAll(() => sandbox.close());

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
