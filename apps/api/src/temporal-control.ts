// Owns: the port RunControl over Temporal. Must not know: GraphQL, SQL.
import {
  ApplicationFailure,
  Client,
  Connection,
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from "@temporalio/client";
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
import { RequestRefused, WorkflowNotRunning, WorkflowsUnreachable } from "./run-control.ts";
import type { RunControl } from "./run-control.ts";

/** A person waits for the answer. */
const ANSWER_MS = 10_000;

/** Connects on first use and again after a failure, so the API serves what is stored while Temporal is away. */
export function temporalControl(address: string): RunControl & { close(): Promise<void> } {
  const connection = Connection.lazy({ address });
  const client = new Client({ connection });
  const ask = (request: () => Promise<unknown>): Promise<void> => inWords(() => client.withDeadline(Date.now() + ANSWER_MS, request));
  const start = (workflow: string, workflowId: string, input: object): Promise<void> =>
    // Starting what runs already is what a repeated request does.
    ask(() =>
      client.workflow.start(workflow, { workflowId, taskQueue: CONTROL_QUEUE, args: [input], workflowIdConflictPolicy: "USE_EXISTING" }),
    );
  const run = (runId: string) => client.workflow.getHandle(trainingRunWorkflowId(runId));

  return {
    startExperiment: (experimentId) => start(EXPERIMENT_WORKFLOW, experimentWorkflowId(experimentId), { experimentId }),
    cancelExperiment: (experimentId) => ask(() => client.workflow.getHandle(experimentWorkflowId(experimentId)).cancel()),
    startRun: (runId) => start(TRAINING_RUN_WORKFLOW, trainingRunWorkflowId(runId), { runId }),
    pauseRun: (runId, cause) => ask(() => run(runId).signal(pauseSignal, cause === undefined ? {} : { cause })),
    resumeRun: (runId) => ask(() => run(runId).signal(resumeSignal)),
    cancelRun: (runId) => ask(() => run(runId).cancel()),
    setTotalSteps: (runId, totalSteps) => ask(() => run(runId).executeUpdate(setTotalStepsUpdate, { args: [{ totalSteps }] })),
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

async function inWords(request: () => Promise<unknown>): Promise<void> {
  try {
    await request();
  } catch (cause) {
    // Tolerates what a caller can be told in words; everything else is thrown on.
    if (cause instanceof WorkflowNotFoundError) throw new WorkflowNotRunning("the workflow is not running", { cause });
    if (cause instanceof WorkflowUpdateFailedError && cause.cause instanceof ApplicationFailure)
      throw new RequestRefused(cause.cause.message, { cause });
    if (cause instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
      throw new WorkflowsUnreachable("no worker answered: is one running?", { cause });
    if (cause instanceof ServiceError || isGrpcServiceError(cause))
      throw new WorkflowsUnreachable("the workflow server does not answer", { cause });
    throw cause;
  }
}
