// Owns: the port RunControl over Temporal. Must not know: GraphQL, SQL.
import { ApplicationFailure, Client, Connection, WorkflowNotFoundError, WorkflowUpdateFailedError } from "@temporalio/client";
import {
  CONTROL_QUEUE,
  EXPERIMENT_WORKFLOW,
  experimentWorkflowId,
  pauseSignal,
  resumeSignal,
  setTotalStepsUpdate,
  TRAINING_RUN_WORKFLOW,
  trainingRunWorkflowId,
} from "@gradus/workflows";
import { RequestRefused, WorkflowNotRunning } from "./run-control.ts";
import type { RunControl } from "./run-control.ts";

/** Connects on first use and again after a failure, so the API serves what is stored while Temporal is away. */
export function temporalControl(address: string): RunControl & { close(): Promise<void> } {
  const connection = Connection.lazy({ address });
  const client = new Client({ connection });
  const start = async (workflow: string, workflowId: string, input: object): Promise<void> => {
    // Starting what runs already is what a repeated request does.
    await client.workflow.start(workflow, {
      workflowId,
      taskQueue: CONTROL_QUEUE,
      args: [input],
      workflowIdConflictPolicy: "USE_EXISTING",
    });
  };
  const run = (runId: string) => client.workflow.getHandle(trainingRunWorkflowId(runId));

  return {
    startExperiment: (experimentId) => start(EXPERIMENT_WORKFLOW, experimentWorkflowId(experimentId), { experimentId }),
    cancelExperiment: (experimentId) =>
      whileRunning(async () => void (await client.workflow.getHandle(experimentWorkflowId(experimentId)).cancel())),
    startRun: (runId) => start(TRAINING_RUN_WORKFLOW, trainingRunWorkflowId(runId), { runId }),
    pauseRun: (runId, cause) => whileRunning(() => run(runId).signal(pauseSignal, cause === undefined ? {} : { cause })),
    resumeRun: (runId) => whileRunning(() => run(runId).signal(resumeSignal)),
    cancelRun: (runId) => whileRunning(async () => void (await run(runId).cancel())),
    setTotalSteps: (runId, totalSteps) =>
      whileRunning(async () => void (await run(runId).executeUpdate(setTotalStepsUpdate, { args: [{ totalSteps }] }))),
    async isReachable() {
      try {
        await connection.withDeadline(Date.now() + 2_000, () => connection.workflowService.getSystemInfo({}));
        return true;
      } catch {
        // Tolerates a server that is away: that is the answer.
        return false;
      }
    },
    close: () => connection.close(),
  };
}

async function whileRunning(request: () => Promise<void>): Promise<void> {
  try {
    await request();
  } catch (error) {
    // Tolerates what a caller can be told in words; everything else is thrown on.
    if (error instanceof WorkflowNotFoundError) throw new WorkflowNotRunning("the workflow is not running", { cause: error });
    if (error instanceof WorkflowUpdateFailedError && error.cause instanceof ApplicationFailure)
      throw new RequestRefused(error.cause.message, { cause: error });
    throw error;
  }
}
