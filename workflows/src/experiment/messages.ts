// Owns: the identity and input of an experiment's workflow, and what one may say to it. Values only; no workflow code.
import { defineSignal } from "@temporalio/workflow";

export const experimentWorkflowId = (experimentId: string): string => `experiment/${experimentId}`;

export interface ExperimentInput {
  readonly experimentId: string;
}

export interface ExperimentResult {
  readonly status: "COMPLETED" | "FAILED" | "CANCELLED";
  readonly runs: { readonly completed: number; readonly failed: number; readonly cancelled: number };
}

/** A run that was paused before it began may begin now, or was cancelled: its turn is looked at once more. Safe to repeat. */
export const runReleasedSignal = defineSignal<[{ readonly runId: string }]>("runReleased");
