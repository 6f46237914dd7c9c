// Owns: the words and flags of `gradus export`. Must not know: formats, how points are stored.
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { exportFolder } from "../experiment/export-folder.ts";
import { download, downloadTo } from "../client/download.ts";
import { RefusedError } from "../client/refused.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

const FORMATS = ["csv", "jsonl", "parquet"];
const KEPT = ["checkpoints", "samples"];

interface ExportOptions extends ApiOptions {
  readonly format: string;
  readonly project?: string;
  readonly run?: readonly string[];
  readonly where?: string;
  readonly asOf?: string;
  readonly problems?: string;
  readonly out?: string;
  readonly with?: readonly string[];
}

export function registerExport(program: Command): void {
  const command = program
    .command("export")
    .description(
      "every metric point of an experiment, of runs or of a project, superseded ones included, as a stream; or the problems of a set",
    )
    .argument("[experiment]", "its id")
    .option("--format <format>", FORMATS.join(", "), knownFormat, "csv")
    .option("--project <id>", "a whole project")
    .option("--run <id...>", "these runs")
    .option(
      "--where <filter>",
      "the runs that a filter finds, of those named before it or of all: \"metrics.loss < 2 and tags.team = 'a'\"",
    )
    .option("--as-of <cursor>", "the moment of an earlier export, which the file names: gives the same bytes again")
    .option("--with <kept>", `also ${KEPT.join(" and ")}, with a comma between; --out is then a folder`, knownKept)
    .option("--problems <set>", "instead: a stored problem set as the JSON lines that `gradus import gradus` takes")
    .option("--out <file>", "where to (default: standard output)");
  withApi(command, {
    examples: [
      "gradus export quickstart-1a2b3c4d > points.csv",
      "gradus export --project default --format parquet --out points.parquet",
      "gradus export --where \"config.lr >= 0.1 and tags.team = 'a'\" > points.csv",
      "gradus export --problems from-snippets-1a2b3c4d5e6f --out problems.jsonl",
      "gradus export --as-of eyJy... | sha256sum",
      "gradus export quickstart-1a2b3c4d --format jsonl --with checkpoints,samples --out kept/   # gradus import export kept/",
    ],
  }).action((experiment: string | undefined, options: ExportOptions) =>
    runVerb(options, async ({ apiUrl, json, signal }) => {
      const { format, project, run = [], where, asOf, out, with: kept = [], problems } = options;
      if (json && out === undefined)
        throw new RefusedError("--json tells of the files that were written, and without --out there are none", [
          { path: "--out", expected: "a file, or no --json: --format jsonl has the points as JSON lines" },
        ]);
      const query = new URLSearchParams({
        format,
        ...(experiment && { experiment }),
        ...(project && { project }),
        ...(where && { where }),
        ...(asOf && { asOf }),
      });
      for (const id of run) query.append("run", id);
      if (kept.length > 0) {
        if (out === undefined)
          throw new RefusedError(`--with ${kept.join(",")} makes several files: --out <folder> says where`, [
            { path: "--out", expected: "a folder, new or of an earlier export" },
          ]);
        const written = await exportFolder({ apiUrl, signal }, query, { folder: out, format, kept, tell: console.error });
        if (json) printJson(written);
        else process.stdout.write(written.files.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(""));
        return exitCodes.ok;
      }
      const path = problems === undefined ? `/export/points?${query}` : `/export/problems?${new URLSearchParams({ set: problems })}`;
      const { bytes, asOf: moment } = await download(apiUrl, path, signal);
      if (out !== undefined) {
        const sha256 = await downloadTo(bytes, out);
        if (json) printJson({ asOf: moment === "" ? null : moment, files: [{ name: out, sha256 }] });
      } else {
        for await (const chunk of bytes)
          if (!process.stdout.write(chunk)) await new Promise((resolve) => process.stdout.once("drain", resolve));
        // The program exits right after: what is still in its buffer must be out.
        await new Promise((resolve) => process.stdout.write("", resolve));
      }
      return exitCodes.ok;
    }),
  );
}

function knownFormat(text: string): string {
  if (!FORMATS.includes(text)) throw new InvalidArgumentError(`expected one of ${FORMATS.join(", ")}`);
  return text;
}

function knownKept(text: string): string[] {
  const kept = [...new Set(text.split(","))];
  if (kept.some((one) => !KEPT.includes(one))) throw new InvalidArgumentError(`expected ${KEPT.join(", ")} or both with a comma between`);
  return kept;
}
