// Owns: following an experiment to its end over a server that may restart. Must not know: terminals.
import { setTimeout as sleep } from "node:timers/promises";
import { request } from "../client/api-client.ts";
import { followExperiment } from "../client/follow-events.ts";
import type { FollowedEvent } from "../client/follow-events.ts";
import { ExperimentDocument, ExperimentStatusDocument } from "../client/generated/operations.ts";
import type { ExperimentProgressFragment } from "../client/generated/operations.ts";
import { patiently } from "../client/patience.ts";
import { RefusedError } from "../client/refused.ts";
import { isFinished, progressOf, withEvent } from "./progress.ts";
import type { ExperimentProgress, RunProgress } from "./progress.ts";

export interface WatchInput {
  readonly apiUrl: string;
  readonly experimentId: string;
  readonly signal: AbortSignal;
  /** Read the events from the experiment's beginning on, not from now on. */
  readonly fromBeginning?: boolean;
  readonly onEvent?: (event: FollowedEvent, progress: ExperimentProgress) => void;
  /** Called with what is known at first, and after each change that no event tells: the experiment's own status, new runs. */
  readonly onProgress?: (progress: ExperimentProgress) => void;
  readonly onConnection?: (connected: boolean) => void;
}

/** The experiment itself has no events: its status is asked for this often, in milliseconds. */
const ASK_MS = 1_000;

/**
 * Follows the experiment until it has ended and every event of its runs' ends was handed out.
 * @returns what the rows say then
 * @throws RefusedError for an unknown experiment, UnusableError when the API stays away, whatever an aborted signal throws
 */
export async function watchExperiment(input: WatchInput): Promise<ExperimentProgress> {
  const { apiUrl, experimentId, signal, fromBeginning = false, onEvent, onProgress, onConnection } = input;
  const first = await readProgress(apiUrl, experimentId, signal);
  let progress = progressOf(first);
  onProgress?.(progress);

  const stop = new AbortController();
  const following = AbortSignal.any([signal, stop.signal]);
  const seen = new EndsSeen();
  const refresh = async (): Promise<void> => {
    const rows = progressOf(await readProgress(apiUrl, experimentId, signal));
    const paceOf = new Map(progress.runs.map(({ id, stepEnds }) => [id, stepEnds]));
    progress = { ...rows, runs: rows.runs.map((run) => ({ ...run, stepEnds: paceOf.get(run.id) ?? [] })) };
    onProgress?.(progress);
  };

  const events = async (): Promise<void> => {
    const after = fromBeginning ? {} : { after: first.cursor };
    for await (const event of followExperiment(experimentId, {
      apiUrl,
      signal: following,
      ...after,
      ...(onConnection && { onConnection }),
    })) {
      // A run that was forked meanwhile.
      if (!progress.runs.some(({ id }) => id === event.runId)) await refresh();
      progress = withEvent(progress, event);
      seen.note(event);
      onEvent?.(event, progress);
    }
  };
  const ending = async (): Promise<void> => {
    while (!isFinished(progress.status)) {
      await sleep(ASK_MS, undefined, { signal: following });
      const { experiment } = await patiently(() => request(apiUrl, ExperimentStatusDocument, { id: experimentId }), following);
      if (experiment !== null && experiment?.status !== progress.status) await refresh();
    }
    // Rows and events commit together, so what the rows say of the runs' ends is on its way; ends from before the first cursor are not.
    const before = new Set(fromBeginning ? [] : first.runs.filter(({ status }) => isFinished(status)).map(({ id }) => id));
    const ended = progress.runs.filter(({ id, status }) => isFinished(status) && !before.has(id));
    await seen.all(ended, following);
  };

  const reading = events();
  const waiting = ending();
  try {
    // Reading ends only by the signal or by an error.
    await Promise.race([waiting, reading]);
  } finally {
    stop.abort();
    // The error of whichever failed has been met in the race; the other one's is that it was stopped.
    await Promise.allSettled([reading, waiting]);
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

/** Which runs' ends were handed out as events. */
class EndsSeen {
  readonly #statusOf = new Map<string, string>();
  #wake: () => void = () => undefined;

  note({ runId, event }: FollowedEvent): void {
    if (event.__typename !== "StatusChanged") return;
    this.#statusOf.set(runId, event.status);
    this.#wake();
  }

  async all(ended: readonly RunProgress[], signal: AbortSignal): Promise<void> {
    while (ended.some(({ id, status }) => this.#statusOf.get(id) !== status)) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
    }
  }
}
