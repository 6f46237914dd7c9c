// Owns: what the worker and the API may import: types, and message values. Never workflow code.
export type * from "./training-run/activities.ts";
export type * from "./experiment/activities.ts";
export type * from "./pretrain/activities.ts";
export type * from "./synthesis/activities.ts";
export * from "./training-run/messages.ts";
export * from "./pretrain/messages.ts";
export * from "./experiment/messages.ts";
export * from "./synthesis/messages.ts";
export { CONTROL_QUEUE, PERMANENT_FAILURES, POLICY_QUEUE, SANDBOX_QUEUE, policyNodeQueue, policyQueue } from "./training-run/activities.ts";
export const EXPERIMENT_WORKFLOW = "experiment";
export const PRETRAIN_WORKFLOW = "pretrain";
export const SYNTHESIS_WORKFLOW = "synthesis";
export const TRAINING_RUN_WORKFLOW = "trainingRun";
