// Owns: the identity and input of an experiment's workflow. Values only; no workflow code.
export const experimentWorkflowId = (experimentId: string): string => `experiment/${experimentId}`;

export interface ExperimentInput {
  readonly experimentId: string;
}

export interface ExperimentResult {
  readonly status: "COMPLETED" | "FAILED" | "CANCELLED";
  readonly runs: { readonly completed: number; readonly failed: number; readonly cancelled: number };
}
