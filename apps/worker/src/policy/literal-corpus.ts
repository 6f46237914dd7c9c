// Owns: what a warm start for abduction and deduction reads: one-step programs with an input and the output. Must not know: the engine, executing.
import { environmentNamed } from "@gradus/domain";
import { sha256Hex } from "@gradus/domain/content-hash";
import { stream } from "@gradus/domain/random";
import type { Random } from "@gradus/domain/random";
import { derive } from "../teacher/derive.ts";
import { generateProblems } from "../teacher/generate.ts";
import type { GeneratedProblem } from "../teacher/generate.ts";
import { evaluate, readProgram } from "../teacher/program.ts";
import { pythonLiteral } from "../teacher/value.ts";
import type { Value } from "../teacher/value.ts";
import type { PretrainPair } from "./pretrain.ts";
import { mistake } from "./warm-start-corpus.ts";

/** The environments whose answers are literals. */
export const LITERAL_ENVIRONMENTS = ["ABDUCTION", "DEDUCTION"] as const;
export type LiteralEnvironment = (typeof LITERAL_ENVIRONMENTS)[number];

/** Problems of one call of the teacher: a memory bound, not a limit of the corpus. */
const CHUNK = 2_000;

/** What a model of 377,000 parameters learns to compute in minutes: answers of a few tokens, each from one look at the input. */
const OPERATIONS = [
  "list-int.length",
  "list-int.last",
  "list-int.item",
  "list-int.max",
  "list-int.min",
  "list-int.count-even",
  "list-int.count-over",
  "list.reverse",
  "list.every-other",
  "int.negate",
];

/** How often an output is that of a mistaken step: without it the weights would be sure of what they say, and RL would have nothing to try. */
const SLIPS = 0.25;

const drawPrograms = (seed: number, count: number): GeneratedProblem[] =>
  generateProblems({ seed, count, depth: 1, vagueness: 0, distinct: false, operations: OPERATIONS });

/** One-step programs, each with its own input. */
export const literalProblems = (seed: number, count: number, name: LiteralEnvironment): GeneratedProblem[] =>
  drawPrograms(seed, count).flatMap((problem) => derive(problem, name) ?? []);

/** One prompt in ten: no corpus shows it, whatever the answer, so that what is measured with it was not read. */
export const isHeldOut = ({ content }: Pick<GeneratedProblem, "content">): boolean =>
  Number.parseInt(sha256Hex(promptOf(content)).slice(0, 8), 16) % 10 === 0;

const promptOf = (content: GeneratedProblem["content"]): string => environmentNamed(content.environment).pose(content);

/** An endless corpus, the environments taking turns; pair i depends on the seed alone. Inputs are right, outputs three times in four. */
export function* literalCorpus(seed: number): Generator<PretrainPair> {
  for (let chunk = 0; ; chunk += 1) {
    const random = stream(`literal-corpus/${seed}/${chunk}`);
    for (const [index, problem] of drawPrograms(seed * 100_000 + chunk, CHUNK).entries()) {
      const posed = derive(problem, LITERAL_ENVIRONMENTS[index % LITERAL_ENVIRONMENTS.length] as LiteralEnvironment);
      const [test] = posed?.content.tests ?? [];
      if (posed === undefined || test?.kind !== "call" || isHeldOut(posed)) continue;
      const { environment } = posed.content;
      const completion =
        environment === "ABDUCTION" ? test.args : random.next() < SLIPS ? slipped(problem, test.args, random) : test.expected;
      if (completion !== undefined) yield { prompt: promptOf(posed.content), completion };
    }
  }
}

/** The output of a likely mistake; undefined where the mistaken step has none for this input. */
function slipped(problem: GeneratedProblem, args: string, random: Random): string | undefined {
  const [step] = readProgram(problem.content) ?? [];
  const output = step && evaluate([mistake(step, random)], JSON.parse(args.replaceAll("'", '"')) as Value);
  return output === undefined ? undefined : pythonLiteral(output);
}
