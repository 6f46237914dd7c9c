// Owns: the Temporal shell of a synthesis: batches one after the other, cancel, continue-as-new. The algorithm is in loop.ts.
import { CancellationScope, ContinueAsNew, continueAsNew, isCancellation, proxyActivities, workflowInfo } from "@temporalio/workflow";
import { CONTROL_QUEUE, PERMANENT_FAILURES } from "../training-run/activities.ts";
import type { GenerateInput, NodeOffer } from "../training-run/activities.ts";
import { findNode, isNodeLost, policyOn, releaseOn, rootCause, sandbox } from "../training-run/workflow.ts";
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

export async function synthesis(input: SynthesisInput): Promise<SynthesisResult> {
  const { synthesisId } = input;
  let node: NodeOffer | null = null;
  const leave = async (): Promise<void> => {
    if (node !== null) await releaseOn(node, synthesisId);
    node = null;
  };
  try {
    await control.setSynthesisStatus({ synthesisId, status: "RUNNING" });
    const plan = await control.prepareSynthesis({ synthesisId });
    const generateRollouts = async (at: GenerateInput): Promise<void> => {
      for (;;) {
        node ??= await findNode({ synthesisId }, plan.student?.engine);
        try {
          return await policyOn(node).generateRollouts(at);
        } catch (error) {
          // Tolerates a node that is gone: what it made is durable, another one makes the rest.
          if (!isNodeLost(error)) throw error;
          node = null;
        }
      }
    };
    const stages: SynthesisStages = {
      writeProblems: (at) => control.writeProblems(at),
      askStudent: (at) => control.askStudent(at),
      scoreProblems: (at) => control.scoreProblems(at),
      generateRollouts,
      executeRollouts: (at) => sandbox.executeRollouts(at),
    };
    for (let batch = input.fromBatch ?? 0; batch < plan.batches; batch++) {
      await takeTurns(synthesisId, batch, plan, stages);
      if (workflowInfo().continueAsNewSuggested && batch + 1 < plan.batches) {
        await leave();
        await continueAsNew<typeof synthesis>({ synthesisId, fromBatch: batch + 1 });
      }
    }
    await leave();
    await control.collectProblems({ synthesisId });
    return { status: "COMPLETED" };
  } catch (error) {
    // Tolerates nothing: records how the synthesis ended, outside the cancelled scope. A continue-as-new is no end.
    if (error instanceof ContinueAsNew) throw error;
    await leave();
    const status = isCancellation(error) ? "CANCELLED" : "FAILED";
    const cause = status === "CANCELLED" ? "cancelled" : rootCause(error);
    await CancellationScope.nonCancellable(() => control.setSynthesisStatus({ synthesisId, status, cause }));
    return { status, cause };
  }
}
