// Owns: what the API asks of the workflows, as a port. Must not know: Temporal.

/** Each is safe to repeat, and throws WorkflowNotRunning where there is no such workflow, WorkflowsUnreachable where nobody answers in time. */
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

/** Neither a workflow server nor a worker answered in time. */
export class WorkflowsUnreachable extends Error {
  override readonly name = "WorkflowsUnreachable";
}
