// Owns: what the API asks of the workflows, as a port. Must not know: Temporal.

/** A supervised warm start under way, or over. */
export interface Pretraining {
  readonly status: "RUNNING" | "COMPLETED" | "FAILED" | "CANCELLED";
  /** Updates done; null before the first is told. */
  readonly step: number | null;
  readonly steps: number | null;
  /** Mean negative log-likelihood of a token, nats. */
  readonly loss: number | null;
  /** Of the weights, once they are durable. */
  readonly hash: string | null;
  readonly cause: string | null;
}

/** What lies in a task queue, about. */
export interface QueueState {
  /** Activities that nobody has taken. */
  readonly depth: number;
  /** Of the oldest of them; 0 where there is none. */
  readonly oldestSeconds: number;
  /** Over the last half minute. */
  readonly addedPerSecond: number;
  readonly takenPerSecond: number;
}

/** Each is safe to repeat, and throws WorkflowNotRunning where there is no such workflow, WorkflowsUnreachable where nobody answers in time. */
export interface RunControl {
  startExperiment(experimentId: string): Promise<void>;
  cancelExperiment(experimentId: string): Promise<void>;
  /** Starts a run by itself, outside the course of its experiment: a fork. */
  startRun(runId: string): Promise<void>;
  pauseRun(runId: string, cause?: string): Promise<void>;
  resumeRun(runId: string): Promise<void>;
  cancelRun(runId: string): Promise<void>;
  /** Has a run that was paused before it began looked at again: by its experiment, and by the run where it waits by itself. There may be neither. */
  releaseRun(experimentId: string, runId: string): Promise<void>;
  /** @throws RequestRefused with the run's reason */
  setTotalSteps(runId: string, totalSteps: number): Promise<void>;
  /** Begins a pretraining under `key`; one that runs or is done already is left alone, one that failed begins anew. */
  startPretraining(key: string, steps: number | null): Promise<void>;
  /** Null where there is none under `key`. */
  readPretraining(key: string): Promise<Pretraining | null>;
  /** As of at most a second ago; null where nobody tells. */
  readQueue(queue: string): Promise<QueueState | null>;
  startSynthesis(synthesisId: string): Promise<void>;
  cancelSynthesis(synthesisId: string): Promise<void>;
  /** Whether the workflow server answers. */
  isReachable(): Promise<boolean>;
}

export class WorkflowNotRunning extends Error {
  override readonly name = "WorkflowNotRunning";
}

/** A running workflow said no. The message is for the client. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
}

/** Neither a workflow server nor a worker answered in time. */
export class WorkflowsUnreachable extends Error {
  override readonly name = "WorkflowsUnreachable";
}
