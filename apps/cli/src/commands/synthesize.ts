// Owns: the words and flags of `gradus synthesize`. Must not know: what a synthesis file may say.
import type { Command } from "commander";
import { stringify } from "yaml";
import { request } from "../client/api-client.ts";
import { StartSynthesisDocument, ValidateSynthesisDocument } from "../client/generated/operations.ts";
import { accepted } from "../client/refused.ts";
import { readSynthesis } from "../experiment/read-synthesis.ts";
import { watchSynthesis } from "../experiment/watch-synthesis.ts";
import { openScreen } from "../view/live-screen.ts";
import { synthesisLine, synthesisText } from "../view/synthesis-text.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions, VerbContext } from "./verb.ts";

interface SynthesizeOptions extends ApiOptions {
  readonly dryRun?: boolean;
  readonly watch?: boolean;
  readonly key?: string;
}

export function registerSynthesize(program: Command): void {
  const command = program
    .command("synthesize")
    .description("have a teacher write problems that a student tries, over several turns, into a problem set")
    .argument("<file>", "YAML or JSON (docs/synthesis.md); weights that it names are uploaded")
    .option("--dry-run", "check the file and print it with every default filled in, and how many calls it makes at most; nothing is asked")
    .option("--no-watch", "start it and come back at once")
    .option("--key <text>", "the same key names the same synthesis, so a repeated start is harmless");
  withApi(command, {
    examples: [
      "gradus synthesize examples/synthesis.yaml",
      "gradus synthesize examples/synthesis.yaml --dry-run",
      "gradus synthesize my.yaml --json | jq -r .problemSet.id",
      "gradus synthesize my.yaml --no-watch --key monday",
    ],
    failed: "it was watched, and it failed",
  }).action((file: string, options: SynthesizeOptions) =>
    runVerb(options, (context) => (options.dryRun ? dryRun(file, context) : synthesize(file, options, context))),
  );
}

async function dryRun(file: string, { apiUrl, json }: VerbContext): Promise<number> {
  const source = await readSynthesis({ file, apiUrl, onProgress: say });
  const { validateSynthesis } = await request(apiUrl, ValidateSynthesisDocument, { source });
  const specification = accepted(validateSynthesis, "specification");
  const { maxTeacherCalls, maxStudentAttempts } = validateSynthesis;
  if (json) printJson({ specification, maxTeacherCalls, maxStudentAttempts });
  else process.stdout.write(stringify(specification));
  say(`${file} is valid: at most ${maxTeacherCalls} teacher calls and ${maxStudentAttempts} attempts of the student`);
  return exitCodes.ok;
}

async function synthesize(file: string, { watch = true, key }: SynthesizeOptions, { apiUrl, json, signal }: VerbContext): Promise<number> {
  const source = await readSynthesis({ file, apiUrl, onProgress: say });
  const { startSynthesis } = await request(apiUrl, StartSynthesisDocument, { input: { source, key: key ?? null } });
  const { id, name, status } = accepted(startSynthesis, "synthesis");
  say(`synthesis ${id} is started`);
  if (!watch) {
    if (json) printJson({ id, name, status });
    else process.stdout.write(`${id}\n`);
    return exitCodes.ok;
  }
  signal.addEventListener("abort", () => say(`\n${id} goes on without its watcher: gradus synthesis ${id}`), { once: true });
  const screen = openScreen(process.stderr);
  let told = "";
  const report = await watchSynthesis(apiUrl, id, signal, (progress) => {
    const line = synthesisLine(progress);
    if (screen.redraws) screen.show([line]);
    else if (line !== told) screen.say(line);
    told = line;
  });
  screen.leave();
  if (json) printJson(report);
  else process.stdout.write(`${synthesisText(report)}\n`);
  return report.status === "COMPLETED" ? exitCodes.ok : exitCodes.failed;
}

/** Standard output carries the result, so what happens on the way goes beside it. */
const say = (message: string): void => console.error(message);
