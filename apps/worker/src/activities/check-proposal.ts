// Owns: executing a proposal: the checks that a teacher's problem passes, as a verdict. Must not know: policies, what writing is worth, the database.
import type { ExecutedRollout, ExecutionSpec, ProblemContent } from "@gradus/domain";
import type { WrittenProblem } from "@gradus/domain/written-problem";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { BrokenSandbox, checkWritten } from "../teacher/check-written.ts";

/**
 * The execution says EXECUTED and has one test: OK where the problem passed, which is then in `proposed`, else WRONG with the reason. Times are of
 * all its executions. A sandbox that stays broken is a SANDBOX_ERROR, as an answer's is.
 */
export async function checkProposal(
  written: WrittenProblem,
  { task = "DEDUCTION" }: Pick<ProblemContent, "task">,
  settings: Pick<ExecutionSpec, "cpuMs" | "memoryMb">,
  sandbox: Pick<Sandbox, "execute">,
  signal: AbortSignal,
): Promise<Omit<ExecutedRollout, "id">> {
  let [cpuMs, wallMs, sandboxErrors] = [0, 0, 0];
  const counted: Pick<Sandbox, "execute"> = {
    execute: async (request, aborted) => {
      const execution = await sandbox.execute(request, aborted);
      cpuMs += execution.cpuMs;
      wallMs += execution.wallMs;
      if (execution.outcome === "SANDBOX_ERROR") sandboxErrors++;
      return execution;
    },
  };
  const said = (verdict: "EXECUTED" | "SANDBOX_ERROR") => ({ verdict, cpuMs, wallMs, stdout: "", stderr: "" });
  try {
    // Those who solve an induction see the first half of its pairs, as the source has it.
    const visibleTests = Math.floor(written.inputs.length / 2);
    const checked = await checkWritten(written, { environment: task, visibleTests, execution: settings }, counted, signal);
    if ("content" in checked)
      return { sandboxErrors, execution: { ...said("EXECUTED"), tests: [{ verdict: "OK" }], proposed: checked.content } };
    const detail = `${checked.rejection}: ${checked.detail}`.slice(0, 500);
    return { sandboxErrors, execution: { ...said("EXECUTED"), tests: [{ verdict: "WRONG", detail }] } };
  } catch (error) {
    // Tolerates a machine that broke every time: nothing is known of the proposal, and it is not credited.
    if (!(error instanceof BrokenSandbox)) throw error;
    return { sandboxErrors, execution: { ...said("SANDBOX_ERROR"), tests: [] } };
  }
}
