// Owns: the smallest detectable difference of experiment files, on the command line, before they are run.
//   node tools/detectable-difference.ts [--spread 0.014] [--rate 0.4] <file.yaml...>
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
  },
});
const [spread, rate] = [Number(values.spread), Number(values.rate)];
for (const file of positionals) {
  const text = await readFile(file, "utf8");
  // What the client uploads is not needed to count.
  const source = text.replace(/^ {2}file:.*$/m, "  set: any").replace(/^ {2}warmStart:.*$/m, `  warmStart: sha256:${"0".repeat(64)}`);
  const { specification } = resolveExperiment(source);
  const { seeds, evaluation, arms, training } = specification;
  const noise = (rate * (1 - rate)) / (evaluation.problems * evaluation.samples);
  const deviation = Math.sqrt(2 * (spread ** 2 + noise));
  const smallest = smallestDetectableDifference(seeds.length, deviation);
  console.log(
    `${file}: ${arms.length} arms x ${seeds.length} seeds x ${training.steps} steps, ${evaluation.problems} problems x ${evaluation.samples}: ${smallest.toFixed(3)}`,
  );
}
