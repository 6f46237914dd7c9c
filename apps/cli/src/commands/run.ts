// Owns: the words and flags of `gradus run`. Must not know: what an experiment file may say.
import type { Command } from "commander";
import { stringify } from "yaml";
import { request } from "../client/api-client.ts";
import { CreateExperimentDocument, ValidateExperimentDocument } from "../client/generated/operations.ts";
import type { ValidateExperimentMutation } from "../client/generated/operations.ts";
import { accepted } from "../client/refused.ts";
import { compareExperiment } from "../experiment/compare-experiment.ts";
import { exitCodeOfExperiment } from "../experiment/progress.ts";
import { readExperiment } from "../experiment/read-experiment.ts";
import { comparisonText } from "../view/comparison-text.ts";
import { detectableLines } from "../view/detectable-text.ts";
import { stepTokensLines } from "../view/step-tokens-text.ts";
import { watchOnScreen } from "../view/watch-on-screen.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions, VerbContext } from "./verb.ts";

interface RunOptions extends ApiOptions {
  readonly dryRun?: boolean;
  readonly watch?: boolean;
  readonly key?: string;
}

export function registerRun(program: Command): void {
  const command = program
    .command("run")
    .description("start the experiment of a file")
    .argument("<file>", "YAML or JSON; files it names (problems.file, policy.warmStart) are uploaded")
    .option("--dry-run", "check the file and print it with every default filled in; nothing is stored but the files it names")
    .option("--watch", "follow it until it has ended, then compare its arms (default on a terminal)")
    .option("--no-watch", "start it and come back at once")
    .option("--key <text>", "the same key names the same experiment, so a repeated start is harmless");
  withApi(command, {
    examples: [
      "gradus run examples/curricula.yaml",
      "gradus run examples/curricula.yaml --dry-run",
      "gradus run my.yaml --no-watch --json | jq -r .id",
      "gradus run my.yaml --watch --json > comparison.json",
    ],
    failed: "it was watched, and it or one of its runs failed",
  }).action((file: string, options: RunOptions) =>
    runVerb(options, (context) => (options.dryRun ? dryRun(file, context) : run(file, options, context))),
  );
}

async function dryRun(file: string, { apiUrl, json }: VerbContext): Promise<number> {
  const source = await readExperiment({ file, apiUrl, onProgress: say });
  const { validateExperiment } = await request(apiUrl, ValidateExperimentDocument, { source });
  const specification = accepted(validateExperiment, "specification");
  if (json) printJson(specification);
  else process.stdout.write(stringify(specification));
  for (const selection of validateExperiment.selections ?? []) say(selectionLine(selection));
  for (const line of [...stepTokensLines(specification), ...detectableLines(specification)]) say(line);
  say(`${file} is valid: ${validateExperiment.runCount} runs`);
  return exitCodes.ok;
}

async function run(
  file: string,
  { watch = process.stdout.isTTY, key }: RunOptions,
  { apiUrl, json, signal }: VerbContext,
): Promise<number> {
  const source = await readExperiment({ file, apiUrl, onProgress: say });
  const { createExperiment } = await request(apiUrl, CreateExperimentDocument, { input: { source, start: true, key: key ?? null } });
  const { id, name, status, runs } = accepted(createExperiment, "experiment");
  say(`experiment ${id} is started: ${runs.length} runs`);
  if (!watch) {
    if (json) printJson({ id, name, status, runIds: runs.map((one) => one.id) });
    else process.stdout.write(`${id}\n`);
    return exitCodes.ok;
  }
  signal.addEventListener("abort", () => say(`\n${id} goes on without its watcher: gradus watch ${id}`), { once: true });
  const last = await watchOnScreen({ apiUrl, experimentId: id, signal, stream: process.stderr });
  const comparison = await compareExperiment({ apiUrl, experimentId: id });
  if (json) printJson({ id, status: last.status, comparison });
  else process.stdout.write(`\n${comparisonText(comparison)}\n`);
  return exitCodeOfExperiment(last);
}

type ArmSelection = NonNullable<ValidateExperimentMutation["validateExperiment"]["selections"]>[number];

function selectionLine({ arm, problems, of, hash, buckets, environments, note }: ArmSelection): string {
  const parts = [buckets, environments].map((counts) => counts.map((one) => `${one.name} ${one.problems}`).join(", "));
  return `${arm} trains on ${problems} of ${of} problems (${parts.join("; ")}), sha256:${hash.slice(0, 12)}${note ? `; ${note}` : ""}`;
}

/** Standard output carries the result, so what happens on the way goes beside it. */
const say = (message: string): void => console.error(message);
