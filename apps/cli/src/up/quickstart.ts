// Owns: the quickstart experiment after the servers are up. Must not know: how the servers were started.
import { fileURLToPath } from "node:url";
import { request } from "../client/api-client.ts";
import { CreateExperimentDocument, ExperimentsDocument, StartExperimentDocument } from "../client/generated/operations.ts";
import type { ExperimentsQuery } from "../client/generated/operations.ts";
import { patiently } from "../client/patience.ts";
import { accepted } from "../client/refused.ts";
import { compareExperiment } from "../experiment/compare-experiment.ts";
import { exitCodeOfExperiment, isFinished } from "../experiment/progress.ts";
import { readExperiment } from "../experiment/read-experiment.ts";
import { comparisonText } from "../view/comparison-text.ts";
import { watchOnScreen } from "../view/watch-on-screen.ts";

export interface RunQuickstartInput {
  /** `http://127.0.0.1:<port>` of an API that is ready. */
  apiUrl: string;
  /** Fewer steps. */
  quick: boolean;
  /** Start another even where a finished or unfinished one is there. */
  fresh: boolean;
  /** Print the comparison as JSON, last, on standard output. */
  json: boolean;
  /** The caller ends right after; otherwise the servers stay up. */
  exit: boolean;
  /** Aborted when the user wants to stop; the experiment stays as it is and goes on at the next start. */
  signal: AbortSignal;
}

/** The experiment's `name` in its file, and where the file is. */
const full = { name: "quickstart", file: "quickstart.yaml" };
const short = { name: "quickstart-quick", file: "quickstart-quick.yaml" };
const examples = new URL("../../../../examples/", import.meta.url);

type Found = ExperimentsQuery["experiments"]["nodes"][number];

/**
 * Runs the quickstart experiment, or goes on with an unfinished one, or shows the finished one, then prints the comparison.
 * @returns 0 when every run of it completed, else 1
 * @throws UnusableError when the API stays away; whatever an aborted signal throws
 */
export async function runQuickstart({ apiUrl, quick, fresh, json, signal }: RunQuickstartInput): Promise<number> {
  const stream = json ? process.stderr : process.stdout;
  const say = (message: string): void => void stream.write(`${message}\n`);
  const { name, file } = quick ? short : full;

  const newest = await newestQuickstarts(apiUrl);
  for (const { id } of newest.filter((one) => !isFinished(one.status) && (fresh || one.name !== name)))
    say(`${id} is unfinished and goes on beside this one; gradus cancel ${id} ends it`);
  const known = fresh ? undefined : newest.find((one) => one.name === name);
  const experimentId =
    known === undefined
      ? await begin(apiUrl, { file: fileURLToPath(new URL(file, examples)), fresh, say })
      : await goOn(apiUrl, known, say);

  const last = await watchOnScreen({ apiUrl, experimentId, signal, stream });
  const comparison = await compareExperiment({ apiUrl, experimentId });
  say(`\n${comparisonText(comparison)}`);
  if (json) process.stdout.write(`${JSON.stringify({ id: experimentId, status: last.status, comparison }, null, 2)}\n`);
  return exitCodeOfExperiment(last);
}

/** The newest of each kind, newest first. */
async function newestQuickstarts(apiUrl: string): Promise<Found[]> {
  const { experiments } = await patiently(() =>
    request(apiUrl, ExperimentsDocument, { filter: { project: "default", nameContains: full.name }, first: 50 }),
  );
  // Somebody's own runs may be logged under any name.
  const ours = experiments.nodes.filter(({ runs }) => !runs.some(({ isExternal }) => isExternal));
  return [full, short].flatMap(({ name }) => ours.find((one) => one.name === name) ?? []);
}

async function begin(
  apiUrl: string,
  { file, fresh, say }: { readonly file: string; readonly fresh: boolean; readonly say: (message: string) => void },
): Promise<string> {
  const source = await readExperiment({ file, apiUrl, onProgress: say });
  // With the key a start that was cut off before its answer came is the same start again.
  const input = { source, start: true, key: fresh ? null : "quickstart" };
  const { createExperiment } = await request(apiUrl, CreateExperimentDocument, { input });
  const { id, runs } = accepted(createExperiment, "experiment");
  say(`experiment ${id} is started: ${runs.length} runs`);
  return id;
}

async function goOn(apiUrl: string, { id, status, runs }: Found, say: (message: string) => void): Promise<string> {
  if (isFinished(status)) {
    say(`experiment ${id} is ${status} already; --fresh starts another`);
    return id;
  }
  const [done, all] = [runs.reduce((sum, run) => sum + run.stepsDone, 0), runs.reduce((sum, run) => sum + run.totalSteps, 0)];
  say(`experiment ${id} is unfinished: it goes on where it stopped, after ${done} of ${all} steps`);
  const paused = runs.filter((run) => run.status === "PAUSED").length;
  if (paused > 0) say(`${paused} of its runs are paused; gradus resume ${id} lets them go on`);
  // One that was stored and not started, or whose workflow server lost its memory, is started; one under way is left alone.
  accepted((await request(apiUrl, StartExperimentDocument, { id })).startExperiment, "experiment");
  return id;
}
