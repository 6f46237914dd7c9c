// Owns: the list of workflows in the bundle.
export { experiment } from "./experiment/workflow.ts";
export { pretrain } from "./pretrain/workflow.ts";
export { synthesis } from "./synthesis/workflow.ts";
export { trainingRun } from "./training-run/workflow.ts";
