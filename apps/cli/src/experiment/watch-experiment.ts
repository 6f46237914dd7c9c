// Owns: following an experiment to its end over a server that may restart. Must not know: terminals.
import { request } from "../client/api-client.ts";
import { followExperiment } from "../client/follow-events.ts";
import type { FollowedEvent } from "../client/follow-events.ts";
import { ExperimentDocument } from "../client/generated/operations.ts";
import type { ExperimentProgressFragment } from "../client/generated/operations.ts";
import { patiently } from "../client/patience.ts";
import { RefusedError } from "../client/refused.ts";
import { isFinished, progressOf, withEvent } from "./progress.ts";
import type { ExperimentProgress } from "./progress.ts";

export interface WatchInput {
  readonly apiUrl: string;
  readonly experimentId: string;
  readonly signal: AbortSignal;
  /** Read the events from the experiment's beginning on, not from now on. */
  readonly fromBeginning?: boolean;
  readonly onEvent?: (event: FollowedEvent, progress: ExperimentProgress) => void;
  /** Called with what is known at first, and when the experiment's own status or its list of runs has changed. */
  readonly onProgress?: (progress: ExperimentProgress) => void;
  readonly onConnection?: (connected: boolean) => void;
}

/**
 * Follows the experiment until it has ended and every event before its end was handed out.
 * @returns what the rows say then
 * @throws RefusedError for an unknown experiment, UnusableError when the API stays away, whatever an aborted signal throws
 */
export async function watchExperiment(input: WatchInput): Promise<ExperimentProgress> {
  const { apiUrl, experimentId, signal, fromBeginning = false, onEvent, onProgress, onConnection } = input;
  const first = await readProgress(apiUrl, experimentId, signal);
  let progress = progressOf(first);
  onProgress?.(progress);
  const refresh = async (): Promise<void> => {
    const rows = progressOf(await readProgress(apiUrl, experimentId, signal));
    const paceOf = new Map(progress.runs.map(({ id, stepEnds }) => [id, stepEnds]));
    progress = { ...rows, runs: rows.runs.map((run) => ({ ...run, stepEnds: paceOf.get(run.id) ?? [] })) };
    onProgress?.(progress);
  };
  if (!fromBeginning && isFinished(progress.status)) return progress;

  const after = fromBeginning ? {} : { after: first.cursor };
  for await (const happened of followExperiment(experimentId, { apiUrl, signal, ...after, ...(onConnection && { onConnection }) })) {
    const { runId, event } = happened;
    // A run that was forked meanwhile.
    if (runId !== null && !progress.runs.some(({ id }) => id === runId)) await refresh();
    progress = withEvent(progress, happened);
    onEvent?.(happened, progress);
    if (event.__typename !== "ExperimentStatusChanged") continue;
    // Told after all that led to it: an experiment ends after its runs.
    if (isFinished(event.experimentStatus)) break;
    onProgress?.(progress);
  }
  signal.throwIfAborted();
  await refresh();
  return progress;
}

/** @throws RefusedError where there is none of that id */
async function readProgress(apiUrl: string, id: string, signal: AbortSignal): Promise<ExperimentProgressFragment> {
  const { experiment } = await patiently(() => request(apiUrl, ExperimentDocument, { id }), signal);
  if (experiment === null || experiment === undefined) throw unknownExperiment(id);
  return experiment;
}

export const unknownExperiment = (id: string): RefusedError =>
  new RefusedError(`there is no experiment ${id}`, [{ path: "experiment", value: id, expected: "an id that `gradus status` lists" }]);
