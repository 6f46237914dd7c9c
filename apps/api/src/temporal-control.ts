// Owns: the port RunControl over Temporal. Must not know: GraphQL, SQL.
import {
  ApplicationFailure,
  Client,
  Connection,
  isGrpcServiceError,
  ServiceError,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from "@temporalio/client";
import {
  CONTROL_QUEUE,
  EXPERIMENT_WORKFLOW,
  experimentWorkflowId,
  pauseSignal,
  PRETRAIN_WORKFLOW,
  pretrainWorkflowId,
  resumeSignal,
  runReleasedSignal,
  setTotalStepsUpdate,
  SYNTHESIS_WORKFLOW,
  synthesisWorkflowId,
  TRAINING_RUN_WORKFLOW,
  trainingRunWorkflowId,
} from "@gradus/workflows";
import type { TemporalAccess } from "@gradus/domain/temporal-access";
import { defaultPayloadConverter } from "@temporalio/common";
import type { WorkflowClientInterceptor } from "@temporalio/client";
import type { PretrainHeartbeat, PretrainInput, PretrainResult } from "@gradus/workflows";
import { RequestRefused, WorkflowNotRunning, WorkflowsUnreachable } from "./run-control.ts";
import type { Pretraining, RunControl } from "./run-control.ts";

/** Temporal's TASK_QUEUE_TYPE_ACTIVITY. */
const ACTIVITY_TASKS = 2;
/** A person waits for the answer. */
const ANSWER_MS = 10_000;
/** However many look at the queues, the workflow server is asked for each once in this time. */
const QUEUE_MS = 1_000;

/** Connects on first use and again after a failure, so the API serves what is stored while Temporal is away. `workflow`: around every request about one. */
export function temporalControl(
  { namespace, ...access }: TemporalAccess<Buffer>,
  workflow: readonly WorkflowClientInterceptor[] = [],
): RunControl & { close(): Promise<void> } {
  const connection = Connection.lazy(access);
  const client = new Client({ connection, namespace, interceptors: { workflow: [...workflow] } });
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
    async releaseRun(experimentId, runId) {
      const experiment = client.workflow.getHandle(experimentWorkflowId(experimentId));
      await Promise.all(
        [() => experiment.signal(runReleasedSignal, { runId }), () => run(runId).signal(resumeSignal)].map((tell) =>
          ask(tell).catch((error: unknown) => {
            // Tolerates that nobody waits for it: who comes later reads its row.
            if (!(error instanceof WorkflowNotRunning)) throw error;
          }),
        ),
      );
    },
    setTotalSteps: (runId, totalSteps) => ask(() => run(runId).executeUpdate(setTotalStepsUpdate, { args: [{ totalSteps }] })),
    startPretraining: (key, steps) =>
      ask(() =>
        client.workflow
          .start(PRETRAIN_WORKFLOW, {
            workflowId: pretrainWorkflowId(key),
            taskQueue: CONTROL_QUEUE,
            args: [{ steps } satisfies PretrainInput],
            workflowIdConflictPolicy: "USE_EXISTING",
            workflowIdReusePolicy: "ALLOW_DUPLICATE_FAILED_ONLY",
          })
          // Tolerates one that is done: its weights are there.
          .catch((error: unknown) => {
            if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
          }),
      ),
    readPretraining: (key) => answered(() => client.withDeadline(Date.now() + ANSWER_MS, () => readPretraining(client, key))),
    readQueue: keptFor(QUEUE_MS, async (queue) => {
      try {
        const { stats } = await connection.withDeadline(Date.now() + 2_000, () =>
          connection.workflowService.describeTaskQueue({
            namespace,
            taskQueue: { name: queue },
            taskQueueType: ACTIVITY_TASKS,
            reportStats: true,
          }),
        );
        if (stats?.approximateBacklogCount == null) return null;
        const { seconds, nanos } = stats.approximateBacklogAge ?? {};
        return {
          depth: Number(stats.approximateBacklogCount),
          oldestSeconds: Number(seconds ?? 0) + (nanos ?? 0) / 1e9,
          addedPerSecond: stats.tasksAddRate ?? 0,
          takenPerSecond: stats.tasksDispatchRate ?? 0,
        };
      } catch (error) {
        // Tolerates a server that is away or too old to tell: whoever asks says the rest.
        if (error instanceof ServiceError || isGrpcServiceError(error)) return null;
        throw error;
      }
    }),
    startSynthesis: (synthesisId) => start(SYNTHESIS_WORKFLOW, synthesisWorkflowId(synthesisId), { synthesisId }),
    cancelSynthesis: (synthesisId) => ask(() => client.workflow.getHandle(synthesisWorkflowId(synthesisId)).cancel()),
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

/** Reads anew only where the last reading of the same key is older than `ms`; one that failed is not kept. */
function keptFor<Value>(ms: number, read: (key: string) => Promise<Value>): (key: string) => Promise<Value> {
  const kept = new Map<string, Promise<Value>>();
  return (key) => {
    const known = kept.get(key);
    if (known !== undefined) return known;
    const reading = read(key);
    const forget = (): void => void kept.delete(key);
    kept.set(key, reading);
    reading.then(() => setTimeout(forget, ms).unref(), forget);
    return reading;
  };
}

async function readPretraining(client: Client, key: string): Promise<Pretraining | null> {
  const handle = client.workflow.getHandle(pretrainWorkflowId(key));
  try {
    const { status, raw } = await handle.describe();
    const told = raw.pendingActivities?.[0]?.heartbeatDetails?.payloads?.[0];
    const progress = told ? defaultPayloadConverter.fromPayload<PretrainHeartbeat | null>(told) : null;
    const still = { step: progress?.step ?? null, steps: progress?.steps ?? null, loss: progress?.loss ?? null, hash: null, cause: null };
    if (status.name === "RUNNING") return { status: "RUNNING", ...still };
    if (status.name === "COMPLETED") return { status: "COMPLETED", ...still, hash: ((await handle.result()) as PretrainResult).hash };
    if (status.name === "CANCELLED") return { status: "CANCELLED", ...still };
    return { status: "FAILED", ...still, cause: await handle.result().then(() => null, innermost) };
  } catch (error) {
    // Tolerates one that never was: that is the answer.
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
}

function innermost(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error
    ? innermost(error.cause)
    : error instanceof Error
      ? error.message
      : String(error);
}

const inWords = (request: () => Promise<unknown>): Promise<void> =>
  answered(async () => {
    await request();
  });

async function answered<Answer>(request: () => Promise<Answer>): Promise<Answer> {
  try {
    return await request();
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
