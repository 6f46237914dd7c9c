// Owns: the recipe of the quickstart's problems: written by the teacher, checked, each attempted 32 times by the warm start (paper 2.4).
// Must not know: where the lines are kept, the database.
import { bucketOf, contentHash } from "@gradus/domain";
import { stream } from "@gradus/domain/random";
import type { Problem } from "@gradus/domain";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { generateProblems } from "../teacher/generate.ts";
import type { GeneratedProblem } from "../teacher/generate.ts";
import { validateProblems } from "../teacher/validate.ts";
import { measureProblems } from "./measure-problems.ts";
import type { PolicyEngine } from "./policy-engine.ts";

/**
 * `teacherSeed` is none that the warm start has read; `attempts` is the paper's M. The teacher's own shares of depth leave too few easy
 * problems (6 % of what is measured): short programs are few, and the drawn repeats are dropped. Asked for by depth, each broad bucket
 * gets its tenth. `vagueness` as in `generateProblems`.
 */
export const PROBLEM_SET_RECIPE = {
  teacherSeed: 20_261_122,
  train: 560,
  heldOut: 240,
  attempts: 32,
  depths: [
    { depth: 1, count: 310, vagueness: 0 },
    { depth: 2, count: 310, vagueness: 0.2 },
    { depth: 3, count: 130, vagueness: 0.4 },
    { depth: 4, count: 50, vagueness: 0.4 },
  ],
} as const;

export interface BuildProblemSetOptions {
  /** Only the first so many problems, for tests. */
  readonly count?: number;
  readonly onProgress?: (done: number, of: number) => void;
}

/** The problems with k of M passes and their bucket. The same lines wherever the engine samples the same tokens. @throws Error for a broken sandbox */
export async function buildProblemSet(
  engine: PolicyEngine,
  modelId: string,
  sandbox: Sandbox,
  options: BuildProblemSetOptions = {},
): Promise<Omit<Problem, "id">[]> {
  const { train, attempts } = PROBLEM_SET_RECIPE;
  const chosen = (await drawProblems(sandbox)).slice(0, options.count);
  const passes = await measureProblems(
    engine,
    modelId,
    sandbox,
    chosen.map(({ content }) => content),
    { attempts, ...(options.onProgress && { onProgress: options.onProgress }) },
  );
  return chosen.map((problem, at) => measured(problem, at < train ? "TRAIN" : "HELD_OUT", passes[at] ?? 0, attempts));
}

/** A teacher's problem with its number of passes, as a line of a file of problems has it. */
export function measured(
  { content, origin, operations, astHash }: GeneratedProblem,
  split: Problem["split"],
  passes: number,
  attempts: number,
): Omit<Problem, "id"> {
  const passRate = { passes, attempts };
  return {
    ...content,
    contentHash: contentHash(content),
    astHash,
    origin,
    operations: [...operations],
    split,
    passRate,
    bucket: bucketOf(passRate),
  };
}

/** The recipe's problems, checked, in an order that mixes depths: the first `train` are for training. */
async function drawProblems(sandbox: Sandbox): Promise<GeneratedProblem[]> {
  const { teacherSeed: seed, depths } = PROBLEM_SET_RECIPE;
  const drawn: GeneratedProblem[] = [];
  for (const { count, ...telling } of depths) {
    const { kept } = await validateProblems(generateProblems({ seed, count: Math.ceil(count * 1.05), ...telling }), sandbox);
    if (kept.length < count) throw new Error(`the teacher gave ${kept.length} valid problems of depth ${telling.depth}, wanted ${count}`);
    drawn.push(...kept.slice(0, count));
  }
  return stream(`problem-set/${seed}`).shuffle(drawn);
}
