// Owns: the words and flags of `gradus export`. Must not know: formats, how points are stored.
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { InvalidArgumentError } from "commander";
import type { Command } from "commander";
import { readJson, send } from "../client/api-client.ts";
import { RefusedError } from "../client/refused.ts";
import { exitCodes, runVerb, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

const FORMATS = ["csv", "jsonl", "parquet"];

interface ExportOptions extends ApiOptions {
  readonly format: string;
  readonly project?: string;
  readonly run?: readonly string[];
  readonly asOf?: string;
  readonly problems?: string;
  readonly out?: string;
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
    .option("--as-of <cursor>", "the moment of an earlier export, which the file names: gives the same bytes again")
    .option("--problems <set>", "instead: a stored problem set as the JSON lines that `gradus import gradus` takes")
    .option("--out <file>", "where to (default: standard output)");
  withApi(command, {
    examples: [
      "gradus export quickstart-1a2b3c4d > points.csv",
      "gradus export --project default --format parquet --out points.parquet",
      "gradus export --problems from-snippets-1a2b3c4d5e6f --out problems.jsonl",
      "gradus export --as-of eyJy... | sha256sum",
    ],
  }).action((experiment: string | undefined, options: ExportOptions) =>
    runVerb(options, async ({ apiUrl, signal }) => {
      const { format, project, run = [], asOf, out, problems } = options;
      const query = new URLSearchParams({ format, ...(experiment && { experiment }), ...(project && { project }), ...(asOf && { asOf }) });
      for (const id of run) query.append("run", id);
      const path = problems === undefined ? `/export/points?${query}` : `/export/problems?${new URLSearchParams({ set: problems })}`;
      const response = await send(apiUrl, path, { signal });
      if (!response.ok || response.body === null) {
        const { error } = await readJson<{ error?: string }>(response);
        throw new RefusedError(error ?? `the export was refused with ${response.status}`, []);
      }
      const bytes = Readable.fromWeb(response.body as ReadableStream);
      if (out === undefined) {
        await pipeline(bytes, process.stdout, { end: false });
        // The program exits right after: what is still in its buffer must be out.
        await new Promise((resolve) => process.stdout.write("", resolve));
      } else await pipeline(bytes, createWriteStream(out));
      return exitCodes.ok;
    }),
  );
}

function knownFormat(text: string): string {
  if (!FORMATS.includes(text)) throw new InvalidArgumentError(`expected one of ${FORMATS.join(", ")}`);
  return text;
}
