// Owns: an experiment's course: prepare, measure, baseline, then every run with bounded concurrency. A failed run takes no other down.
import {
  CancellationScope,
  condition,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  proxyActivities,
  setHandler,
} from "@temporalio/workflow";
import type { PolicyRef } from "@gradus/domain/policy";
import type { PolicyEngineName } from "@gradus/domain/policy-engine-name";
import { CONTROL_QUEUE, PERMANENT_FAILURES } from "../training-run/activities.ts";
import type { GenerateInput } from "../training-run/activities.ts";
import { evaluate } from "../training-run/loop.ts";
import { trainingRunWorkflowId } from "../training-run/messages.ts";
import type { TrainingRunResult } from "../training-run/messages.ts";
import { controlStages, findNode, isNodeLost, policyOn, releaseOn, rootCause, sandbox, trainingRun } from "../training-run/workflow.ts";
import type { ExperimentActivities, ExperimentPlan } from "./activities.ts";
import { runReleasedSignal } from "./messages.ts";
import type { ExperimentInput, ExperimentResult } from "./messages.ts";
import { Turns } from "./turns.ts";

const experimentControl = proxyActivities<ExperimentActivities>({
  taskQueue: CONTROL_QUEUE,
  startToCloseTimeout: "1h",
  heartbeatTimeout: "10s",
  retry: { initialInterval: "500ms", maximumInterval: "10s", maximumAttempts: 20, nonRetryableErrorTypes: [...PERMANENT_FAILURES] },
});

/** Should the word that a paused run may begin be lost between the API's row and its signal, the run is looked at again by itself. */
const LOOK_AGAIN_AFTER = "1 hour";

export async function experiment(input: ExperimentInput): Promise<ExperimentResult> {
  const { experimentId } = input;
  const runs = { completed: 0, failed: 0, cancelled: 0 };
  const turns = new Turns();
  setHandler(runReleasedSignal, ({ runId }) => turns.release(runId));
  try {
    await experimentControl.setExperimentStatus({ experimentId, status: "PREPARING" });
    const plan = await experimentControl.prepareExperiment(input);
    if (plan.sharedPolicy !== null) await beforeAnyRun(experimentId, { ...plan, sharedPolicy: plan.sharedPolicy });
    await experimentControl.setExperimentStatus({ experimentId, status: "RUNNING" });

    turns.queue(plan.runIds);
    const lane = async (): Promise<void> => {
      for (let runId = await nextOf(turns); runId !== undefined; runId = await nextOf(turns)) {
        const { status } = await runOf(runId);
        if (status === "PAUSED") {
          void hold(turns, runId);
          continue;
        }
        if (status === "COMPLETED") runs.completed++;
        else if (status === "CANCELLED") runs.cancelled++;
        else runs.failed++;
        turns.end(runId);
      }
    };
    await Promise.all(Array.from({ length: Math.min(plan.concurrency, plan.runIds.length) }, lane));

    const status = runs.completed > 0 ? "COMPLETED" : runs.failed > 0 ? "FAILED" : "CANCELLED";
    await experimentControl.setExperimentStatus({
      experimentId,
      status,
      ...(runs.failed > 0 ? { cause: `${runs.failed} of ${plan.runIds.length} runs failed` } : {}),
    });
    return { status, runs };
  } catch (error) {
    // Tolerates nothing: records how the experiment ended, outside the cancelled scope.
    const status = isCancellation(error) ? "CANCELLED" : "FAILED";
    await CancellationScope.nonCancellable(() => experimentControl.setExperimentStatus({ experimentId, status, cause: rootCause(error) }));
    return { status, runs };
  }
}

/** Waits until a run's turn may come, or no turn will. Not cancelled with the experiment: what is under way ends first. */
async function nextOf(turns: Turns): Promise<string | undefined> {
  await CancellationScope.nonCancellable(() => condition(() => turns.hasNext() || turns.isOver()));
  return turns.take();
}

/** A run that was paused before it began takes nobody's place until it may begin. */
async function hold(turns: Turns, runId: string): Promise<void> {
  turns.hold(runId);
  try {
    await condition(() => turns.isReleased(runId), LOOK_AGAIN_AFTER);
    turns.putBack(runId);
  } catch (error) {
    // Tolerates the experiment's own cancellation: the run will not begin.
    if (!isCancellation(error)) throw error;
    turns.end(runId);
  }
}

async function runOf(runId: string): Promise<TrainingRunResult> {
  try {
    return await executeChild(trainingRun, {
      workflowId: trainingRunWorkflowId(runId),
      args: [{ runId }],
      parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    });
  } catch (error) {
    // Tolerates one run that could not even record its failure (terminated by an operator): the others go on.
    if (isCancellation(error)) throw error;
    return { status: "FAILED", steps: 0, cause: rootCause(error) };
  }
}

/** Measures problems that have no pass rate, and evaluates the weights that every run starts from, once for all. */
async function beforeAnyRun(
  experimentId: string,
  { measurement, sharedPolicy: policy, engine, suites }: Omit<ExperimentPlan, "sharedPolicy"> & { readonly sharedPolicy: PolicyRef },
): Promise<void> {
  const generateRollouts = (input: GenerateInput): Promise<void> => generateOnAnyNode(input, engine);
  if (measurement !== null) {
    await experimentControl.drawMeasurement({ experimentId, policy });
    await generateRollouts({ scope: measurement, policy });
    await sandbox.executeRollouts({ scope: measurement });
    await experimentControl.scoreMeasurement({ experimentId });
  }
  await evaluate({ experimentId, runId: "", step: 0, policy }, { ...controlStages, generateRollouts }, true, suites);
}

async function generateOnAnyNode(input: GenerateInput, engine: PolicyEngineName | undefined): Promise<void> {
  for (;;) {
    const node = await findNode({ experimentId: input.scope.experimentId }, engine);
    try {
      await policyOn(node).generateRollouts(input);
      return await releaseOn(node, input.scope.experimentId);
    } catch (error) {
      // Tolerates a node that is gone: what it made is durable, another one makes the rest.
      if (!isNodeLost(error)) throw error;
    }
  }
}
