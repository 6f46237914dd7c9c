// Owns: the identity, input and result of a synthesis's workflow. Values only; no workflow code.
export const synthesisWorkflowId = (synthesisId: string): string => `synthesis/${synthesisId}`;

export interface SynthesisInput {
  readonly synthesisId: string;
  /** Where to go on: the first batch that is not done; absent: the first. */
  readonly fromBatch?: number;
}

export interface SynthesisResult {
  readonly status: "COMPLETED" | "FAILED" | "CANCELLED";
  readonly cause?: string;
}
