// Owns: `gradus import` of runs that another tool has logged. Must not know: how a format is read, how runs are stored.
import { basename, resolve } from "node:path";
import { csvRun, tensorboardRuns } from "../experiment/logged-runs.ts";
import { storeRun } from "../experiment/store-runs.ts";
import type { StoredRun } from "../experiment/store-runs.ts";
import { exitCodes, printJson, runVerb } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

export interface LoggedOptions extends ApiOptions {
  readonly project: string;
  readonly name?: string;
  readonly experiment?: string;
  readonly step: string;
  readonly dryRun?: boolean;
}

const tell = (what: string): void => console.error(what);

export const importLogged = (format: string, path: string, options: LoggedOptions): Promise<void> =>
  runVerb(options, async ({ apiUrl, json }) => {
    const { project, name, step, dryRun } = options;
    const runs = format === "tensorboard" ? await tensorboardRuns(path) : [csvRun(path, step)];
    const experiment = options.experiment ?? basename(resolve(path)).replace(/\.csv$/i, "");
    const stored: StoredRun[] = [];
    for (const run of runs) {
      const named = name !== undefined && runs.length === 1 ? { ...run, name } : run;
      if (dryRun !== true) stored.push(await storeRun(apiUrl, { project, experiment }, named, tell));
      else {
        let points = 0;
        for await (const _ of named.points(tell)) points++;
        stored.push({ runId: "", name: named.name, points, known: 0 });
      }
    }
    if (json) printJson({ experiment, runs: stored.map((run) => ({ ...run, runId: run.runId || null })) });
    else
      for (const { runId, name: of, points, known } of stored)
        process.stdout.write(
          `${of}: ${points} points${dryRun === true ? " would be" : ""} stored${runId && ` as run ${runId}`}${known > 0 ? `, ${known} of them before` : ""}\n`,
        );
    return exitCodes.ok;
  });
