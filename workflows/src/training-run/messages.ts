// Owns: what one may say to and ask of a running training run. Values only (the API imports this file); no workflow code.
import { defineQuery, defineSignal, defineUpdate } from "@temporalio/workflow";
import type { RunState } from "./loop.ts";

export const trainingRunWorkflowId = (runId: string): string => `run/${runId}`;

export interface TrainingRunInput {
  readonly runId: string;
  /** It begins paused: told by the execution before it. */
  readonly paused?: { readonly cause?: string | undefined };
}

export interface TrainingRunResult {
  /** PAUSED: it was paused before it began, and has not begun; whoever asked for it asks again when it may. */
  readonly status: "COMPLETED" | "FAILED" | "CANCELLED" | "PAUSED";
  readonly steps: number;
  readonly cause?: string;
}

/** Takes hold between two steps. */
export const pauseSignal = defineSignal<[{ readonly cause?: string }]>("pause");
export const resumeSignal = defineSignal("resume");

/** Changes how many steps the run has in all; refused below what is done or begun. Returns the new total. */
export const setTotalStepsUpdate = defineUpdate<number, [{ readonly totalSteps: number }]>("setTotalSteps");

export interface TrainingRunView extends RunState {
  readonly paused: boolean;
  readonly nodeId: string | null;
  readonly leaseEpoch: number;
}
export const stateQuery = defineQuery<TrainingRunView | null>("state");
