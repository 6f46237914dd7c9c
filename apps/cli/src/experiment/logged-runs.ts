// Owns: runs that other tools have logged, out of their files: which files are a run, and its points. Must not know: where points go.
import { createReadStream } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { parse } from "csv-parse";
import { RefusedError } from "../client/refused.ts";
import { scalarsOf } from "./tensorboard-events.ts";
import type { EventTally, ScalarPoint } from "./tensorboard-events.ts";

export interface LoggedRun {
  readonly name: string;
  /** Read when asked for. What is left out is told to `tell`. */
  points(tell: (what: string) => void): AsyncIterable<ScalarPoint>;
}

/** Every folder that holds event files is a run, as TensorBoard has it. */
export async function tensorboardRuns(path: string): Promise<LoggedRun[]> {
  const isFile = (await stat(path).catch(() => null))?.isFile() === true;
  const root = isFile ? dirname(path) : path;
  const found = isFile ? [basename(path)] : await readdir(path, { recursive: true }).catch(() => [] as string[]);
  const files = found.filter((file) => basename(file).includes("tfevents")).toSorted();
  if (files.length === 0) throw new RefusedError(`${path} holds no event files (*tfevents*)`, []);
  return [...Map.groupBy(files, (file) => dirname(file))].map(([folder, ofRun]) => ({
    name: relative(".", folder) === "" ? basename(root) : folder,
    async *points(tell) {
      for (const file of ofRun) {
        const tally: EventTally = { others: 0, isCut: false };
        try {
          yield* scalarsOf(await readFile(join(root, file)), tally);
        } catch (error) {
          throw new RefusedError(`${file}: ${(error as Error).message}`, []);
        }
        if (tally.others > 0) tell(`${file}: ${tally.others} values that are no scalars were left out`);
        if (tally.isCut) tell(`${file}: ends inside of a record; what is before it was read`);
      }
    },
  }));
}

const COLUMNS = { bom: true, columns: true, skip_empty_lines: true, relax_column_count: false, trim: true } as const;
const TIMES = new Set(["time", "timestamp", "wall_time"]);

/** One run: a column of steps, and each other column that holds numbers is a metric. A cell without a number is no point. */
export function csvRun(path: string, stepColumn: string): LoggedRun {
  return {
    name: basename(path).replace(/\.csv$/i, ""),
    async *points(tell) {
      const rows = createReadStream(path).pipe(parse(COLUMNS));
      let [line, left] = [1, 0];
      try {
        for await (const row of rows as AsyncIterable<Record<string, string>>) {
          line++;
          const step = Number(row[stepColumn]);
          if (row[stepColumn] === undefined) throw new RefusedError(`there is no column ${stepColumn}: name another one with --step`, []);
          if (row[stepColumn] === "" || !Number.isInteger(step))
            throw new RefusedError(`row ${line}: ${stepColumn} is ${row[stepColumn]}, no whole number`, []);
          const [timeColumn] = Object.keys(row).filter((name) => TIMES.has(name.toLowerCase()));
          const given = timeColumn === undefined ? Number.NaN : Number(row[timeColumn]);
          // Seconds or milliseconds of the epoch, whichever is in this century.
          const time = Number.isFinite(given) ? Math.round(given < 1e11 ? given * 1_000 : given) : 0;
          for (const [name, text] of Object.entries(row)) {
            if (name === stepColumn || name === timeColumn || text === "") continue;
            const value = numberIn(text);
            if (value === null) left++;
            else yield { name, step, value, time };
          }
        }
      } catch (error) {
        throw error instanceof RefusedError ? error : new RefusedError(`${path}: ${(error as Error).message}`, []);
      }
      if (left > 0) tell(`${left} cells that hold no number were left out`);
    },
  };
}

const WORDS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Infinity,
  infinity: Infinity,
  "+inf": Infinity,
  "-inf": -Infinity,
  "-infinity": -Infinity,
};

function numberIn(text: string): number | null {
  const word = WORDS[text.toLowerCase()];
  if (word !== undefined) return word;
  const value = Number(text);
  return Number.isNaN(value) ? null : value;
}
