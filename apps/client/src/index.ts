// Owns: the list of what users of the client import.
export { sendLeftover, startRun } from "./run-log.ts";
export type { RunLog, RunSettings, Sample } from "./run-log.ts";
