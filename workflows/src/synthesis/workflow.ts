// Owns: the Temporal shell of a synthesis: batches one after the other, cancel, continue-as-new. The algorithm is in loop.ts.
import { CancellationScope, ContinueAsNew, continueAsNew, isCancellation, proxyActivities, workflowInfo } from "@temporalio/workflow";
import type { PolicyEngineName } from "@gradus/domain/policy";
import { generateOnAnyNode } from "../experiment/generate-on-any-node.ts";
import { CONTROL_QUEUE, PERMANENT_FAILURES } from "../training-run/activities.ts";
import { rootCause, sandbox } from "../training-run/workflow.ts";
import type { SynthesisActivities } from "./activities.ts";
import { takeTurns } from "./loop.ts";
import type { SynthesisStages } from "./loop.ts";
import type { SynthesisInput, SynthesisResult } from "./messages.ts";

const control = proxyActivities<SynthesisActivities>({
  taskQueue: CONTROL_QUEUE,
  startToCloseTimeout: "24h",
  heartbeatTimeout: "10s",
  // A model server may be away for longer than a node is.
  retry: { initialInterval: "500ms", maximumInterval: "60s", maximumAttempts: 20, nonRetryableErrorTypes: [...PERMANENT_FAILURES] },
});

const stagesWith = (engine: PolicyEngineName | undefined): SynthesisStages => ({
  writeProblems: (at) => control.writeProblems(at),
  askStudent: (at) => control.askStudent(at),
  scoreProblems: (at) => control.scoreProblems(at),
  generateRollouts: (at) => generateOnAnyNode(at, engine),
  executeRollouts: (at) => sandbox.executeRollouts(at),
});

export async function synthesis(input: SynthesisInput): Promise<SynthesisResult> {
  const { synthesisId } = input;
  try {
    await control.setSynthesisStatus({ synthesisId, status: "RUNNING" });
    const plan = await control.prepareSynthesis({ synthesisId });
    const stages = stagesWith(plan.student?.engine);
    for (let batch = input.fromBatch ?? 0; batch < plan.batches; batch++) {
      await takeTurns(synthesisId, batch, plan, stages);
      if (workflowInfo().continueAsNewSuggested && batch + 1 < plan.batches)
        await continueAsNew<typeof synthesis>({ synthesisId, fromBatch: batch + 1 });
    }
    await control.collectProblems({ synthesisId });
    return { status: "COMPLETED" };
  } catch (error) {
    // Tolerates nothing: records how the synthesis ended, outside the cancelled scope. A continue-as-new is no end.
    if (error instanceof ContinueAsNew) throw error;
    const status = isCancellation(error) ? "CANCELLED" : "FAILED";
    const cause = status === "CANCELLED" ? "cancelled" : rootCause(error);
    await CancellationScope.nonCancellable(() => control.setSynthesisStatus({ synthesisId, status, cause }));
    return { status, cause };
  }
}
