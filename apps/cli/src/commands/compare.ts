// Owns: the words and flags of `gradus compare`. Must not know: statistics, tables.
import { writeFile } from "node:fs/promises";
import { type Command, InvalidArgumentError } from "commander";
import { compareExperiment, compareGroups, curvesOfExperiment } from "../experiment/compare-experiment.ts";
import { comparisonCsv } from "../view/comparison-csv.ts";
import { comparisonReport } from "../view/comparison-report.ts";
import { comparisonText } from "../view/comparison-text.ts";
import { RefusedError } from "../client/refused.ts";
import { writing } from "../client/unwritable.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

interface CompareOptions extends ApiOptions {
  readonly metric?: readonly string[];
  readonly baseline?: string;
  readonly csv?: boolean;
  readonly report?: string;
  readonly threshold?: number;
  readonly by?: readonly string[];
}

export function registerCompare(program: Command): void {
  const command = program
    .command("compare")
    .description("compare the arms of an experiment: means, 95% intervals, matched-seed differences, and whether they are significant")
    .argument("<experiment>", "its id; one that still runs is compared as far as it is")
    .option("-m, --metric <name...>", "metrics (default: held-out pass@1, training reward and pass rate)")
    .option("--csv", "print the same numbers as CSV, one row an estimate, a seed or a difference")
    .option("--report <file>", "also write one HTML file with tables and plots that needs nothing else")
    .option("-t, --threshold <value>", "also say after how many steps each metric reaches it", finite)
    .option(
      "--by <property...>",
      "compare groups in place of arms: runs that agree in these parameters, nested ones with dots; or tags.<name>, metrics.<name>, attributes.<name>",
    )
    .option("-b, --baseline <arm>", "the arm or group that the others are compared with (default: the first)");
  withApi(command, {
    examples: [
      "gradus compare quickstart-1a2b3c4d",
      "gradus compare quickstart-1a2b3c4d --metric policy/entropy train/reward --baseline classic",
      "gradus compare quickstart-1a2b3c4d --report quickstart.html",
      "gradus compare quickstart-1a2b3c4d --csv > quickstart.csv",
      "gradus compare sweep-5d0c1f2e --by optimizer.lr width --metric loss --csv",
      "gradus compare quickstart-1a2b3c4d --json | jq '.arms[] | {arm: .arm.name, improvement: .improvement.estimate.mean}'",
    ],
  }).action((experimentId: string, { metric, baseline, csv = false, report, threshold, by, ...options }: CompareOptions) =>
    runVerb(options, async ({ apiUrl, json }) => {
      const asked = { apiUrl, experimentId, ...(metric && { metrics: metric }), ...(baseline && { baselineArm: baseline }) };
      if (by !== undefined && threshold !== undefined)
        throw new RefusedError("--threshold is of an experiment's arms: leave out --by, or the threshold", [
          { path: "--threshold", value: threshold, expected: "nothing beside --by" },
        ]);
      const { comparison, curves } =
        by === undefined
          ? { comparison: await compareExperiment({ ...asked, ...(threshold !== undefined && { threshold }) }), curves: null }
          : await compareGroups({ ...asked, by, withCurves: report !== undefined });
      if (report !== undefined) {
        const shown = curves ?? (await curvesOfExperiment(apiUrl, experimentId, comparison.metrics));
        const html = comparisonReport({ experimentId, comparison, curves: shown, madeAt: new Date().toISOString() });
        await writing(report, "--report", writeFile(report, html));
        console.error(`the report is ${report}`);
      }
      if (json) printJson(comparison);
      else if (csv) process.stdout.write(comparisonCsv(comparison));
      else process.stdout.write(`${comparisonText(comparison)}\n`);
      return exitCodes.ok;
    }),
  );
}

function finite(text: string): number {
  if (text.trim() === "" || !Number.isFinite(Number(text))) throw new InvalidArgumentError("expected a number");
  return Number(text);
}
