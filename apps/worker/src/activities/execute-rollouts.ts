// Owns: the execute stage: every rollout without a verdict gets one, durable in small batches. Must not know: policies, rewards.
import type { ExecutedRollout, ExecutionSpec, RolloutSink, RolloutToExecute, Scope } from "@gradus/domain";
import { environmentsOf } from "../modules/run-modules.ts";
import type { Environments } from "../modules/run-modules.ts";
import { judge, probesOf } from "../sandbox/judge.ts";
import { DEFAULT_LIMITS } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { asStage } from "./activity.ts";
import { checkProposal } from "./check-proposal.ts";

const DURABLE_EVERY = 32;

export const executeRollouts =
  (deps: { readonly sink: RolloutSink; readonly sandbox: Sandbox; readonly nodeId: string }) =>
  ({ scope }: { readonly scope: Scope }): Promise<void> =>
    asStage(deps.sink, deps.nodeId, "EXECUTE", scope, async ({ signal, heartbeat }) => {
      const { rollouts, settings, environment } = await deps.sink.readExecuting(scope);
      const environments = await environmentsOf(environment);
      const waiting = [...rollouts];
      let finished: ExecutedRollout[] = [];
      let durable = 0;
      const save = async (): Promise<void> => {
        const batch = finished;
        finished = [];
        if (batch.length === 0) return;
        await deps.sink.saveExecutions(batch);
        durable += batch.length;
        heartbeat({ durable, of: rollouts.length });
      };
      const lane = async (): Promise<void> => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
          signal.throwIfAborted();
          const executed = await execute({ sandbox: deps.sandbox, environments }, next, settings, signal);
          // Named after the wait: while it lasts another lane may save the list and begin a new one.
          finished.push(executed);
          if (finished.length >= DURABLE_EVERY) await save();
        }
      };
      // More lanes than slots, so that a slot never waits for the trusted side.
      const lanes = await Promise.allSettled(Array.from({ length: deps.sandbox.slots * 2 }, lane));
      // What a node that is drained has finished is durable before another one goes on.
      await save();
      for (const ended of lanes) if (ended.status === "rejected") throw ended.reason;
    });

/** One rollout's verdict. A broken sandbox is tried again on another slot, and after its last try is said to be broken, never wrong. */
async function execute(
  { sandbox, environments }: { readonly sandbox: Sandbox; readonly environments: Environments },
  rollout: RolloutToExecute,
  settings: ExecutionSpec,
  signal: AbortSignal,
): Promise<ExecutedRollout> {
  const { problem } = rollout;
  const { extract, judging, written } = environments(problem.environment);
  const proposal = written?.(rollout.completion, problem) ?? null;
  if (proposal !== null) return { id: rollout.id, ...(await checkProposal(proposal, problem, settings, sandbox, signal)) };
  const source = extract(rollout.completion, problem);
  let { sandboxErrors } = rollout;
  if (source === null) {
    const tests = problem.tests.map(() => ({ verdict: "NOT_RUN" as const }));
    return { id: rollout.id, sandboxErrors, execution: { verdict: "NO_ANSWER", tests, cpuMs: 0, wallMs: 0, stdout: "", stderr: "" } };
  }
  const probes = probesOf(problem.entryPoint, problem.tests);
  const limits = { ...DEFAULT_LIMITS, cpuMs: settings.cpuMs, wallMs: settings.cpuMs * 5, memoryMb: settings.memoryMb };
  for (;;) {
    const execution = await sandbox.execute({ language: "python", source, probes, limits, processes: judging.processes }, signal);
    signal.throwIfAborted();
    if (execution.outcome === "SANDBOX_ERROR") sandboxErrors++;
    if (execution.outcome !== "SANDBOX_ERROR" || sandboxErrors >= settings.maxSandboxErrors)
      return { id: rollout.id, sandboxErrors, execution: judge(execution, problem.tests, judging) };
  }
}
