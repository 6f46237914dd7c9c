// Owns: the smallest detectable difference of experiment files, on the command line, before they are run.
//   node tools/detectable-difference.ts [--scale short] [--spread 0.014] [--rate 0.4] [--share 1] <file.yaml...>
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { resolveExperiment } from "../apps/api/src/commands/resolve-experiment.ts";
import { smallestDetectableDifference } from "../domain/src/statistics.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    // Standard deviation over seeds of held-out pass@1 after training: three quickstart runs, docs/log.md.
    spread: { type: "string", default: "0.014" },
    // A pass rate near which the study ends; sampling noise is largest at one half.
    rate: { type: "string", default: "0.4" },
    // Instead of the scale that each file names.
    scale: { type: "string" },
    // Of the evaluated problems, where one environment or bucket of several is looked at.
    share: { type: "string", default: "1" },
  },
});
const [spread, rate, share] = [values.spread, values.rate, values.share].map(Number) as [number, number, number];
for (const file of positionals) {
  const text = await readFile(file, "utf8");
  // What the client uploads is not needed to count.
  const source = text.replace(/^ {2}file:.*$/m, "  set: any").replace(/^ {2}warmStart:.*$/m, `  warmStart: sha256:${"0".repeat(64)}`);
  const { specification } = resolveExperiment(
    values.scale === undefined ? source : source.replace(/^scale: .*$/m, `scale: ${values.scale}`),
  );
  const { seeds, evaluation, arms, training } = specification;
  const noise = (rate * (1 - rate)) / (share * evaluation.problems * evaluation.samples);
  const deviation = Math.sqrt(2 * (spread ** 2 + noise));
  const smallest = smallestDetectableDifference(seeds.length, deviation);
  console.log(
    `${file}: ${arms.length} arms x ${seeds.length} seeds x ${training.steps} steps, ${evaluation.problems} problems x ${evaluation.samples}: ${smallest.toFixed(3)}`,
  );
}
