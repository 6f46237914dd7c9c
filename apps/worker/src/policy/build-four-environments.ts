// Owns: the recipe of the study of one environment against four (paper 5): a warm start that answers all of them, and a set measured with it.
// Must not know: where the bytes and lines are kept, the database.
import { environmentNamed, sha256Hex } from "@gradus/domain";
import type { EnvironmentName, Problem } from "@gradus/domain";
import { normaliseSource } from "@gradus/domain/normalise-source";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { GeneratedProblem } from "../teacher/generate.ts";
import { measured } from "./build-problem-set.ts";
import { fuzzingCorpus, fuzzingProblems } from "./fuzzing-corpus.ts";
import { isHeldOut, LITERAL_ENVIRONMENTS, literalCorpus, literalProblems } from "./literal-corpus.ts";
import { measureProblems } from "./measure-problems.ts";
import type { PolicyEngine } from "./policy-engine.ts";
import type { PretrainOptions, PretrainPair } from "./pretrain.ts";
import { trainCheckpoint } from "./train-checkpoint.ts";
import { warmStartCorpus } from "./warm-start-corpus.ts";

/** Everything that decides the bytes and the lines, beside the quickstart's weights and problems, the engine and the teacher. */
export const FOUR_ENVIRONMENTS_RECIPE = {
  corpusSeed: 2,
  problemSeed: 20_261_129,
  training: {
    steps: 400,
    batch: 48,
    adam: { learningRate: 2e-3, beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 },
  } satisfies PretrainOptions,
  /** M. */
  attempts: 32,
  /** Training problems to measure, of which those between never and always are selected. */
  train: { INDUCTION: 90, ABDUCTION: 32, DEDUCTION: 32, FUZZING: 32 },
  /** Of each environment, fuzzing having 41; not measured, since every arm is evaluated on them. */
  heldOut: 50,
} as const;

/** The environments in turn, abduction and deduction taking every other turn of theirs. */
export function* fourEnvironmentsCorpus(seed: number): Generator<PretrainPair> {
  const corpora = [warmStartCorpus(seed), literalCorpus(seed), literalCorpus(seed + 1), fuzzingCorpus(seed)];
  for (;;) for (const corpus of corpora) yield corpus.next().value as PretrainPair;
}

/** Trains the quickstart's weights on. */
export const buildFourEnvironmentsWarmStart = (
  base: Uint8Array,
  options: Pick<PretrainOptions, "onProgress"> & { readonly steps?: number } = {},
): Promise<Uint8Array> =>
  trainCheckpoint(base, fourEnvironmentsCorpus(FOUR_ENVIRONMENTS_RECIPE.corpusSeed), { ...FOUR_ENVIRONMENTS_RECIPE.training, ...options });

export interface BuildFourEnvironmentsOptions {
  /** The quickstart's problems: the induction part, measured anew, since the weights are others. */
  readonly induction: readonly Omit<Problem, "id">[];
  /** Only so many training problems of each environment, for tests. */
  readonly train?: number;
  readonly onProgress?: (said: string) => void;
}

/** Training problems of the four environments with k of M passes, then held-out ones, no prompt in both. */
export async function buildFourEnvironments(
  engine: PolicyEngine,
  modelId: string,
  sandbox: Sandbox,
  { induction, train: limit, onProgress }: BuildFourEnvironmentsOptions,
): Promise<Omit<Problem, "id">[]> {
  const { train, heldOut, attempts } = FOUR_ENVIRONMENTS_RECIPE;
  const lines: Omit<Problem, "id">[] = [];
  const apart: Omit<Problem, "id">[] = [];
  for (const environment of Object.keys(train) as (keyof typeof train)[]) {
    const { toTrain, held } = environment === "INDUCTION" ? splitOf(induction) : drawnFor(environment);
    const chosen = toTrain.slice(0, Math.min(train[environment], limit ?? Number.POSITIVE_INFINITY));
    const contents = chosen.map(({ content }) => content);
    const passes = await measureProblems(engine, modelId, sandbox, contents, { attempts, streams: `four/${environment}` });
    lines.push(...chosen.map((problem, at) => measured(problem, "TRAIN", passes[at] ?? 0, attempts)));
    apart.push(
      ...held.slice(0, heldOut).map((problem) => ({ ...measured(problem, "HELD_OUT", 0, attempts), passRate: null, bucket: null })),
    );
    const solved = passes.reduce((sum, count) => sum + count, 0) / (chosen.length * attempts);
    onProgress?.(`${environment}: ${chosen.length} measured, pass rate ${solved.toFixed(3)}`);
  }
  return [...lines, ...apart];
}

interface Split {
  readonly toTrain: readonly GeneratedProblem[];
  readonly held: readonly GeneratedProblem[];
}

const splitOf = (problems: readonly Omit<Problem, "id">[]): Split => {
  const of = (wanted: Problem["split"]): GeneratedProblem[] =>
    problems.flatMap(({ split, contentHash: _hash, passRate: _rate, bucket: _bucket, origin, operations, astHash, ...content }) =>
      split === wanted ? [{ content, origin, operations, astHash }] : [],
    );
  return { toTrain: of("TRAIN"), held: of("HELD_OUT") };
};

/** Each prompt once; one in ten is held out, and in no corpus. */
function drawnFor(environment: Exclude<EnvironmentName, "INDUCTION">): Split {
  const { problemSeed, heldOut, train } = FOUR_ENVIRONMENTS_RECIPE;
  const count = 40 * (heldOut + train.FUZZING);
  const literal = LITERAL_ENVIRONMENTS.find((name) => name === environment);
  const problems = literal === undefined ? asFuzzing(fuzzingProblems(problemSeed, count)) : literalProblems(problemSeed, count, literal);
  const distinct = [...new Map(problems.map((problem) => [environmentNamed(environment).pose(problem.content), problem])).values()];
  return { toTrain: distinct.filter((problem) => !isHeldOut(problem)), held: distinct.filter(isHeldOut) };
}

const asFuzzing = (drawn: ReturnType<typeof fuzzingProblems>): GeneratedProblem[] =>
  [...drawn].map(({ content, problem }) => ({ ...problem, content, astHash: sha256Hex(normaliseSource(content.reference)) }));
