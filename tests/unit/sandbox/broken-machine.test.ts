// Owns: what the execute stage makes of a sandbox that breaks: tried again, counted, bounded, and never a verdict on the program.
import { MockActivityEnvironment } from "@temporalio/testing";
import { ExecutionSpec, environmentNamed } from "@gradus/domain";
import type { ExecutedRollout, RolloutSink, RolloutToExecute } from "@gradus/domain";
import { executeRollouts } from "@gradus/worker/activities/execute-rollouts";
import type { Execution, Sandbox } from "@gradus/worker/sandbox/sandbox";
import { expect, it } from "vitest";

const WELL: Execution = {
  outcome: "EXECUTED",
  probes: [{ outcome: "RETURNED", value: "i0x1;" }],
  cpuMs: 1,
  wallMs: 1,
  stdout: "",
  stderr: "",
};
const BROKEN: Execution = { ...WELL, outcome: "SANDBOX_ERROR", detail: "the machine failed", probes: [] };

const rollout = (id: string, sandboxErrors = 0): RolloutToExecute => ({
  id,
  completion: "```python\ndef f(x):\n    return x\n```",
  sandboxErrors,
  problem: {
    environment: "INDUCTION",
    message: "",
    entryPoint: "f",
    reference: "def f(x):\n    return x",
    tests: [{ kind: "call", args: "1", expected: "1" }],
    visibleTests: 0,
  },
});

/** What is stored of these rollouts on a sandbox that breaks so many times before it works. */
async function execute(rollouts: readonly RolloutToExecute[], breaks: number): Promise<{ stored: ExecutedRollout[]; executions: number }> {
  let executions = 0;
  const sandbox = { slots: 1, execute: async () => (executions++ < breaks ? BROKEN : WELL) } as unknown as Sandbox;
  const stored: ExecutedRollout[] = [];
  const sink = {
    readExecuting: async () => ({ rollouts, settings: ExecutionSpec.parse({}) }),
    saveExecutions: async (executed: readonly ExecutedRollout[]) => void stored.push(...executed),
    stageStarted: async () => undefined,
    stageEnded: async () => undefined,
  } as unknown as RolloutSink;
  const scope = { id: "scope" } as never;
  await new MockActivityEnvironment().run(() => executeRollouts({ sink, sandbox, nodeId: "node" })({ scope }));
  return { stored, executions };
}

const told = ({ stored }: { stored: readonly ExecutedRollout[] }) =>
  stored.map(({ id, sandboxErrors, execution }) => [
    id,
    sandboxErrors,
    execution.verdict,
    ...execution.tests.map(({ verdict }) => verdict),
  ]);

it("tries a rollout again whose sandbox broke, and counts how often it did", async () => {
  const after = await execute([rollout("a")], 2);
  expect(told(after)).toEqual([["a", 2, "EXECUTED", "OK"]]);
  expect(after.executions).toBe(3);
});

it("gives up after three tries, and the rollout is not credited", async () => {
  const after = await execute([rollout("a")], Infinity);
  expect(told(after)).toEqual([["a", 3, "SANDBOX_ERROR"]]);
  expect(after.executions).toBe(3);
  expect(environmentNamed("INDUCTION").reward(after.stored[0]!.execution)).toBeNull();
});

it("counts on from the tries of an earlier attempt", async () => {
  const after = await execute([rollout("a", 2)], Infinity);
  expect(told(after)).toEqual([["a", 3, "SANDBOX_ERROR"]]);
  expect(after.executions).toBe(1);
});
