// Owns: the words and flags of `gradus import`: which formats there are. Must not know: how a format is read.
import { basename } from "node:path";
import { type Command, InvalidArgumentError } from "commander";
import { importHumanEval } from "@gradus/domain/importer/humaneval";
import type { ImportedLine } from "@gradus/domain/importer/jsonl";
import { importProblems, readLines } from "../client/upload.ts";
import type { Imported } from "../client/upload.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions, VerbContext } from "./verb.ts";

/** Name on the command line -> reader of its lines. Adding a format is adding its line. */
const formats: Readonly<Record<string, (lines: AsyncIterable<string>) => AsyncGenerator<ImportedLine>>> = {
  humaneval: importHumanEval,
};

interface ImportOptions extends ApiOptions {
  readonly name?: string;
  readonly project: string;
  readonly split: string;
}

export function registerImport(program: Command): void {
  const command = program
    .command("import")
    .description("store problems of a public benchmark, or of your own, as a frozen set that experiments can name")
    .argument("<format>", `${Object.keys(formats).join(", ")}, or gradus for JSON lines of problems as the API takes them`, knownFormat)
    .argument("<file>", "JSON lines, also packed as .gz")
    .option("--name <name>", "of the set (default: the format's, or the file's)")
    .option("--project <id>", "that owns it", "default")
    .option("--split <split>", "TRAIN or HELD_OUT, for problems that do not say it", knownSplit, "TRAIN");
  withApi(command, {
    examples: [
      "gradus import humaneval HumanEval.jsonl.gz",
      "gradus import humaneval HumanEval.jsonl.gz --split HELD_OUT --name humaneval-held-out",
      "gradus import gradus problems.jsonl --json | jq -r .problemSetId",
    ],
  }).action((format: string, file: string, options: ImportOptions) =>
    runVerb(options, (context) => importFile(format, file, options, context)),
  );
}

async function importFile(
  format: string,
  file: string,
  { name, project, split }: ImportOptions,
  { apiUrl, json }: VerbContext,
): Promise<number> {
  const reader = formats[format];
  const lines = await readLines(file);
  const unread: { line: number; reason: string }[] = [];
  const imported = await importProblems(apiUrl, {
    name: name ?? (reader === undefined ? basename(file).replace(/\.jsonl(\.gz)?$/, "") : format),
    project,
    lines: reader === undefined ? lines : asProblems(reader(lines), split, unread),
  });
  report({ ...imported, rejected: [...unread, ...imported.rejected] }, json);
  return unread.length + imported.rejected.length === 0 ? exitCodes.ok : exitCodes.failed;
}

/** The lines that the API takes, and the others set aside: they stop nothing. */
async function* asProblems(
  read: AsyncIterable<ImportedLine>,
  split: string,
  unread: { line: number; reason: string }[],
): AsyncGenerator<string> {
  for await (const one of read) {
    if (one.ok) yield JSON.stringify({ ...one.problem.content, origin: one.problem.origin, split });
    else unread.push({ line: one.line, reason: one.reason });
  }
}

function report({ problemSetId, imported, rejected, contentHash }: Imported, json: boolean): void {
  if (json) return printJson({ problemSetId, contentHash, imported, rejected });
  for (const { line, reason } of rejected) console.error(`line ${line}: ${reason}`);
  process.stdout.write(
    `${imported} problems are set ${problemSetId}${rejected.length === 0 ? "" : `, ${rejected.length} lines hold none`}\n`,
  );
}

function knownFormat(text: string): string {
  if (text !== "gradus" && formats[text] === undefined)
    throw new InvalidArgumentError(`expected one of ${[...Object.keys(formats), "gradus"].join(", ")}`);
  return text;
}

function knownSplit(text: string): string {
  if (text !== "TRAIN" && text !== "HELD_OUT") throw new InvalidArgumentError("expected TRAIN or HELD_OUT");
  return text;
}
