// Owns: an experiment watched by a person or by a script: redrawn lines, plain lines, or one event a line. Must not know: how events come.
import { watchExperiment } from "../experiment/watch-experiment.ts";
import type { ExperimentProgress } from "../experiment/progress.ts";
import { openScreen } from "./live-screen.ts";
import type { Screen } from "./live-screen.ts";
import { eventLine, headline, progressLines, runLine } from "./progress-lines.ts";

export interface WatchOnScreenInput {
  readonly apiUrl: string;
  readonly experimentId: string;
  readonly signal: AbortSignal;
  /** Where progress goes. */
  readonly stream: NodeJS.WriteStream;
}

/** Shows progress until the experiment has ended. Errors as `watchExperiment`. */
export async function watchOnScreen({ apiUrl, experimentId, signal, stream }: WatchOnScreenInput): Promise<ExperimentProgress> {
  const screen = openScreen(stream);
  const onConnection = (connected: boolean) => screen.say(connected ? "the API is back" : "the API is away, waiting for it");
  const how = screen.redraws ? redrawing(screen) : plain(screen);
  const last = await watchExperiment({ apiUrl, experimentId, signal, onConnection, ...how });
  screen.show(progressLines(last));
  screen.leave();
  return last;
}

function redrawing(screen: Screen) {
  const show = (progress: ExperimentProgress) => screen.show(progressLines(progress));
  return { onProgress: show, onEvent: (_event: unknown, progress: ExperimentProgress) => show(progress) };
}

function plain(screen: Screen): Pick<Parameters<typeof watchExperiment>[0], "onEvent" | "onProgress"> {
  let before = "";
  return {
    onProgress(progress) {
      if (before === "") for (const run of progress.runs) if (run.step > 0) screen.say(runLine(run).trimStart());
      const line = headline(progress);
      if (line !== before) screen.say(line);
      before = line;
    },
    onEvent(event, progress) {
      const line = eventLine(event, progress);
      if (line !== null) screen.say(line);
    },
  };
}

/** Writes every event from the experiment's beginning as one JSON line, until it has ended. */
export async function watchAsJson({ apiUrl, experimentId, signal, stream }: WatchOnScreenInput): Promise<ExperimentProgress> {
  return watchExperiment({
    apiUrl,
    experimentId,
    signal,
    fromBeginning: true,
    onEvent: (event) => void stream.write(`${JSON.stringify(event)}\n`),
  });
}
