// Owns: the words and flags of `gradus import`. Must not know: how a format is read, what makes problems alike.
import { type Command, InvalidArgumentError } from "commander";
import { contaminationIndex } from "@gradus/domain/importer/contamination";
import type { ImportedProblem } from "@gradus/domain/importer/jsonl";
import { RefusedError } from "../client/refused.ts";
import { importProblems, readLines } from "../client/upload.ts";
import { IMPORT_FORMATS } from "../experiment/import-formats.ts";
import { setNameOf } from "../experiment/import-set.ts";
import { importExported } from "./import-exported.ts";
import { importLogged } from "./import-logged.ts";
import { selectProblems, type Selection } from "../experiment/select-problems.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions, VerbContext } from "./verb.ts";

interface ImportOptions extends ApiOptions {
  readonly name?: string;
  readonly project: string;
  readonly split: string;
  readonly dryRun?: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly against?: readonly string[];
  readonly experiment?: string;
  readonly step: string;
}

/** Not problems but what another tool has logged. */
const LOGGED = ["tensorboard", "csv", "export"];
const FORMAT_NAMES = [...Object.keys(IMPORT_FORMATS), ...LOGGED].join(", ");

export function registerImport(program: Command): void {
  const command = program
    .command("import")
    .description(
      "store problems of a public benchmark, or of your own, as a frozen set that experiments can name; or runs that TensorBoard, a CSV file or a folder of `gradus export --with` has",
    )
    .argument("<format>", `${FORMAT_NAMES}; gradus is our own (docs/problem-format.md)`, knownFormat)
    .argument("<file>", "JSON lines, also packed as .gz; for tensorboard a folder of runs, for export one of `gradus export --with`")
    .option("--name <name>", "of the set (default: the format's, or the file's)")
    .option("--project <id>", "that owns it", "default")
    .option("--split <split>", "TRAIN or HELD_OUT, for problems that do not say it", knownSplit, "TRAIN")
    .option("--from <day>", "only problems published on this day or later, YYYY-MM-DD", day)
    .option("--to <day>", "only problems published on this day or earlier", day)
    .option(
      "--against <format:file...>",
      "evaluation sets: problems that share 10 words in a row or their code with one are left out and listed",
    )
    .option("--experiment <name>", "tensorboard, csv: of the runs (default: the folder's or file's name)")
    .option("--step <column>", "csv: the column of steps; each other one is a metric", "step")
    .option("--dry-run", "read, check and report; store nothing");
  withApi(command, {
    examples: [
      "gradus import humaneval HumanEval.jsonl.gz --split HELD_OUT --name humaneval-held-out",
      "gradus import live-code-bench test6.jsonl --from 2024-08-01 --to 2025-01-31 --split HELD_OUT",
      "gradus import taco train.jsonl --against live-code-bench:test6.jsonl humaneval:HumanEval.jsonl.gz --dry-run",
      "gradus import gradus problems.jsonl --json | jq -r .problemSetId",
      "gradus import tensorboard runs/ --experiment baselines",
      "gradus import csv history.csv --step global_step",
      "gradus import export kept/",
    ],
  }).action(async (format: string, file: string, options: ImportOptions) => {
    if (format === "export") return importExported(file, options);
    if (LOGGED.includes(format)) return importLogged(format, file, options);
    // Reading needs no server.
    if (options.dryRun === true) process.exitCode = await tryImport(format, file, options);
    else await runVerb(options, (context) => importFile(format, file, options, context));
  });
}

async function selected(format: string, file: string, { from, to, against = [] }: ImportOptions): Promise<Selection> {
  const index = against.length === 0 ? null : contaminationIndex(await evaluationProblems(against));
  return selectProblems(IMPORT_FORMATS[format]!(await readLines(file)), { from, to, index });
}

async function tryImport(format: string, file: string, options: ImportOptions): Promise<number> {
  const selection = await selected(format, file, options);
  for await (const _ of selection.problems);
  const { kept: imported, unread: rejected } = selection.tally;
  return report({ problemSetId: null, contentHash: null, imported, rejected }, selection, options.json === true);
}

async function importFile(format: string, file: string, options: ImportOptions, { apiUrl, json }: VerbContext): Promise<number> {
  const { name, project, split } = options;
  const selection = await selected(format, file, options);
  const setName = name ?? (format === "gradus" ? setNameOf(file) : format);
  const imported = await importProblems(apiUrl, { name: setName, project, lines: asLines(selection.problems, split) });
  return report({ ...imported, rejected: [...selection.tally.unread, ...imported.rejected] }, selection, json);
}

async function* asLines(problems: AsyncIterable<ImportedProblem>, split: string): AsyncGenerator<string> {
  for await (const { content, origin, passRate, rest } of problems)
    yield JSON.stringify({ split, ...rest, ...content, origin, ...(passRate === undefined ? {} : { passRate }) });
}

async function evaluationProblems(against: readonly string[]): Promise<{ name: string; content: ImportedProblem["content"] }[]> {
  const problems = [];
  for (const one of against) {
    const [format, ...rest] = one.split(":");
    const reader = IMPORT_FORMATS[format ?? ""];
    if (reader === undefined || rest.length === 0)
      throw new RefusedError("no evaluation set is named", [
        { path: "--against", value: one, expected: `<format>:<file>, a format of ${Object.keys(IMPORT_FORMATS).join(", ")}` },
      ]);
    for await (const line of reader(await readLines(rest.join(":"))))
      if (line.ok) problems.push({ name: line.problem.origin.source ?? `${format}:${line.line}`, content: line.problem.content });
  }
  return problems;
}

interface Outcome {
  readonly problemSetId: string | null;
  readonly contentHash: string | null;
  readonly imported: number;
  readonly rejected: readonly { readonly line: number; readonly reason: string }[];
}

function report(outcome: Outcome, { tally: { contaminated, outsideWindow } }: Selection, json: boolean): number {
  const { problemSetId, imported, rejected } = outcome;
  if (json) printJson({ ...outcome, contaminated, outsideWindow });
  else {
    for (const { line, reason } of rejected) console.error(`line ${line}: ${reason}`);
    for (const { line, how, met, shared } of contaminated)
      console.error(`line ${line}: in the evaluation set as ${met} (${how === "CODE" ? "the same code" : `"${shared}"`}), left out`);
    const parts = [
      problemSetId === null ? `${imported} problems would be stored` : `${imported} problems are set ${problemSetId}`,
      ...(rejected.length > 0 ? [`${rejected.length} lines hold none`] : []),
      ...(contaminated.length > 0 ? [`${contaminated.length} are in an evaluation set`] : []),
      ...(outsideWindow > 0 ? [`${outsideWindow} are outside of the days`] : []),
    ];
    process.stdout.write(`${parts.join(", ")}\n`);
  }
  return rejected.length === 0 ? exitCodes.ok : exitCodes.failed;
}

function knownFormat(text: string): string {
  if (IMPORT_FORMATS[text] === undefined && !LOGGED.includes(text)) throw new InvalidArgumentError(`expected one of ${FORMAT_NAMES}`);
  return text;
}

function knownSplit(text: string): string {
  if (text !== "TRAIN" && text !== "HELD_OUT") throw new InvalidArgumentError("expected TRAIN or HELD_OUT");
  return text;
}

function day(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || Number.isNaN(Date.parse(text))) throw new InvalidArgumentError("expected a day as YYYY-MM-DD");
  return text;
}
