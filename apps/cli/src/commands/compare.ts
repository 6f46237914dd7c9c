// Owns: the words and flags of `gradus compare`. Must not know: statistics, tables.
import type { Command } from "commander";
import { compareExperiment } from "../experiment/compare-experiment.ts";
import { comparisonText } from "../view/comparison-text.ts";
import { exitCodes, printJson, runVerb, withApi } from "./verb.ts";
import type { ApiOptions } from "./verb.ts";

interface CompareOptions extends ApiOptions {
  readonly metric?: readonly string[];
  readonly baseline?: string;
}

export function registerCompare(program: Command): void {
  const command = program
    .command("compare")
    .description("compare the arms of an experiment: means, 95% intervals, matched-seed differences, and whether they are significant")
    .argument("<experiment>", "its id; one that still runs is compared as far as it is")
    .option("-m, --metric <name...>", "metrics (default: held-out pass@1, training reward and pass rate)")
    .option("-b, --baseline <arm>", "the arm that the others are compared with (default: the first)");
  withApi(command, {
    examples: [
      "gradus compare quickstart-1a2b3c4d",
      "gradus compare quickstart-1a2b3c4d --metric policy/entropy train/reward --baseline classic",
      "gradus compare quickstart-1a2b3c4d --json | jq '.arms[] | {arm: .arm.name, improvement: .improvement.estimate.mean}'",
    ],
  }).action((experimentId: string, { metric, baseline, ...options }: CompareOptions) =>
    runVerb(options, async ({ apiUrl, json }) => {
      const comparison = await compareExperiment({
        apiUrl,
        experimentId,
        ...(metric && { metrics: metric }),
        ...(baseline && { baselineArm: baseline }),
      });
      if (json) printJson(comparison);
      else process.stdout.write(`${comparisonText(comparison)}\n`);
      return exitCodes.ok;
    }),
  );
}
