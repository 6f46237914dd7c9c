// Owns: pausing, resuming and cancelling what a user names: one run, or every run of an experiment that it applies to. Must not know: terminals.
import { request } from "../client/api-client.ts";
import {
  CancelExperimentDocument,
  CancelRunDocument,
  ExperimentDocument,
  PauseRunDocument,
  ResumeRunDocument,
  RunDocument,
} from "../client/generated/operations.ts";
import type { RunStatus } from "../client/generated/operations.ts";
import { accepted, RefusedError } from "../client/refused.ts";

export interface Steered {
  readonly id: string;
  /** As the API knew it when it took the request: to a run that trains, what was asked for happens when the step under way is done. */
  readonly status: string;
}

/** Lets the run, or every run of the experiment that has not ended, finish its step and wait; one that has not begun does not begin. @throws RefusedError */
export const pause = (apiUrl: string, id: string, cause: string | null): Promise<Steered[]> =>
  eachRun(apiUrl, id, ["RUNNING", "QUEUED"], async (run) =>
    accepted((await request(apiUrl, PauseRunDocument, { id: run, cause })).pauseRun, "run"),
  );

/** Lets the run, or every paused run of the experiment, go on. @throws RefusedError */
export const resume = (apiUrl: string, id: string): Promise<Steered[]> =>
  eachRun(apiUrl, id, ["PAUSED"], async (run) => accepted((await request(apiUrl, ResumeRunDocument, { id: run })).resumeRun, "run"));

/** Ends the experiment with all its runs, or one run. Checkpoints stay. @throws RefusedError */
export async function cancel(apiUrl: string, id: string): Promise<Steered[]> {
  const { experiment } = await request(apiUrl, ExperimentDocument, { id });
  if (experiment !== null) return [accepted((await request(apiUrl, CancelExperimentDocument, { id })).cancelExperiment, "experiment")];
  return eachRun(apiUrl, id, [], async (run) => accepted((await request(apiUrl, CancelRunDocument, { id: run })).cancelRun, "run"));
}

async function eachRun(
  apiUrl: string,
  id: string,
  statuses: readonly RunStatus[],
  steer: (runId: string) => Promise<Steered>,
): Promise<Steered[]> {
  const { run } = await request(apiUrl, RunDocument, { id });
  if (run !== null) return [await steer(id)];
  const { experiment } = await request(apiUrl, ExperimentDocument, { id });
  if (experiment === null)
    throw new RefusedError(`there is no run or experiment ${id}`, [
      { path: "id", value: id, expected: "an id that `gradus status` lists" },
    ]);
  const runs = experiment.runs.filter(({ status }) => statuses.includes(status));
  if (runs.length === 0) throw new RefusedError(`no run of ${id} is ${statuses.join(" or ")}`);
  return Promise.all(runs.map((one) => steer(one.id)));
}
