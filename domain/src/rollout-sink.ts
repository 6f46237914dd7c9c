// Owns: the port through which the policy and sandbox roles read work and make results durable, so that such a node needs no database
// credentials. Must not know: SQL, HTTP.
import type { NodeRegistration, NodeReport, StageAttempt } from "./node.ts";
import type { InitialPolicy, NewPolicy, Updating } from "./policy.ts";
import type { ExecutedRollout, Executing, Generation, RolloutBatch } from "./rollout.ts";
import type { Scope } from "./scope.ts";

export interface StepAddress {
  readonly experimentId: string;
  readonly runId: string;
  readonly step: number;
}

/**
 * Every write is idempotent, so that one whose answer was lost may be sent again: the first commit of an id wins. Writes with an epoch throw
 * StaleLease when the run has moved. Reads throw MissingRow and ConfigurationError.
 */
export interface RolloutSink {
  stageStarted(attempt: StageAttempt): Promise<void>;
  /** `failure` null: completed. */
  stageEnded(attempt: StageAttempt, failure: string | null): Promise<void>;

  readGeneration(scope: Scope): Promise<Generation>;
  saveRollouts(batch: RolloutBatch): Promise<void>;

  readExecuting(scope: Scope): Promise<Executing>;
  saveExecutions(executed: readonly ExecutedRollout[]): Promise<void>;

  readInitialPolicy(runId: string): Promise<InitialPolicy>;
  readUpdating(at: StepAddress): Promise<Updating>;
  commitPolicy(made: NewPolicy): Promise<void>;
  refuseUpdate(at: StepAddress, epoch: number, cause: string): Promise<void>;
  addProvenance(runId: string, facts: Readonly<Record<string, string | number>>): Promise<void>;

  registerNode(node: NodeRegistration): Promise<void>;
  /** A heartbeat, and how busy the node is. */
  nodeSeen(nodeId: string, report: NodeReport): Promise<void>;
  /** From here on no run is placed on the node, and those that it has leave it between two steps. */
  nodeDraining(nodeId: string): Promise<void>;
  nodeStopped(nodeId: string): Promise<void>;
}
