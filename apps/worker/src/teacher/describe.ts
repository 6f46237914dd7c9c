// Owns: a program that prints what a seed of the grammar teacher looks like: `node describe.ts [seed] [count]`. Must not know: anything else.
import { renderInductionPrompt } from "@gradus/domain/environment/induction";
import { generateProblems } from "./generate.ts";
import { readProgram } from "./program.ts";
import { countTokens } from "./vocabulary.ts";

const [seed = 1, count = 2_000] = process.argv.slice(2).map(Number);
const begin = performance.now();
const problems = generateProblems({ seed, count });
const seconds = (performance.now() - begin) / 1_000;

const quantiles = (values: readonly number[]): string => {
  const sorted = values.toSorted((a, b) => a - b);
  return [0, 0.5, 0.9, 0.99, 1].map((p) => sorted[Math.round(p * (sorted.length - 1))]).join(" ");
};
const tellings = problems.map(({ content }) => readProgram(content)?.find((step) => step.telling !== "EXACT")?.telling ?? "EXACT");
const share = (isIt: boolean[]): string => (isIt.filter(Boolean).length / problems.length).toFixed(3);

const lines = [
  `problems ${problems.length} in ${seconds.toFixed(2)} s, syntax trees ${new Set(problems.map((problem) => problem.astHash)).size}`,
  `operations used ${new Set(problems.flatMap((problem) => problem.operations)).size}`,
  `depth 1 to 4: ${[1, 2, 3, 4].map((depth) => share(problems.map((problem) => problem.operations.length === depth))).join(" ")}`,
  `told ${["EXACT", "BLANK", "FAMILY", "OMITTED"].map((telling) => `${telling} ${share(tellings.map((each) => each === telling))}`).join(", ")}`,
  `prompt tokens (min, median, 90%, 99%, max): ${quantiles(problems.map(({ content }) => countTokens(renderInductionPrompt(content))))}`,
  `program tokens: ${quantiles(problems.map(({ content }) => countTokens(content.reference)))}`,
];
process.stdout.write(`${lines.join("\n")}\n`);
