// Owns: what the API asks of the workflows, as a port. Must not know: Temporal.

/** Each is safe to repeat. Asking something of a workflow that is not running throws WorkflowNotRunning. */
export interface RunControl {
  startExperiment(experimentId: string): Promise<void>;
  cancelExperiment(experimentId: string): Promise<void>;
  /** Starts a run by itself, outside the course of its experiment: a fork. */
  startRun(runId: string): Promise<void>;
  pauseRun(runId: string, cause?: string): Promise<void>;
  resumeRun(runId: string): Promise<void>;
  cancelRun(runId: string): Promise<void>;
  /** @throws RequestRefused with the run's reason */
  setTotalSteps(runId: string, totalSteps: number): Promise<void>;
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
