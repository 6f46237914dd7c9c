// Owns: the smallest detectable difference of experiment files, on the command line, before they are run.
//   node tools/detectable-difference.ts [--scale short] [--spread 0.014] [--rate 0.4] [--share 1] <file.yaml...>
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { resolveExperiment } from "../apps/api/src/commands/resolve-experiment.ts";
import { ASSUMED_OF_STUDIES, detectableInStudy } from "../domain/src/statistics.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    spread: { type: "string", default: String(ASSUMED_OF_STUDIES.spread) },
    rate: { type: "string", default: String(ASSUMED_OF_STUDIES.rate) },
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
  const smallest = detectableInStudy(seeds.length, share * evaluation.problems * evaluation.samples, { spread, rate });
  console.log(
    `${file}: ${arms.length} arms x ${seeds.length} seeds x ${training.steps} steps, ${evaluation.problems} problems x ${evaluation.samples}: ${smallest.toFixed(3)}`,
  );
}
