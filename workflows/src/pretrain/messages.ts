// Owns: the identity, input and result of a pretraining's workflow. Values only; no workflow code.
/** `key` names what decides the weights: the same pretraining asked for twice is one. */
export const pretrainWorkflowId = (key: string): string => `pretrain/${key}`;

export interface PretrainInput {
  /** Updates; null: the recipe's. */
  readonly steps: number | null;
}

export interface PretrainResult {
  /** Lower-case hex SHA-256 of the weights in the blob store. */
  readonly hash: string;
  readonly bytes: number;
}

/** What the running activity tells with each heartbeat. */
export interface PretrainHeartbeat {
  readonly step: number;
  readonly steps: number;
  readonly loss: number;
}
