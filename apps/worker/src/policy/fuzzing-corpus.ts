// Owns: what a warm start for fuzzing reads: one-step programs with a property and an input that breaks it. Must not know: the engine, executing.
import { environmentNamed } from "@gradus/domain";
import { stream } from "@gradus/domain/random";
import { COMPACT_PRECONDITION, fuzzings } from "../teacher/derive.ts";
import type { Fuzzing } from "../teacher/derive.ts";
import { generateProblems } from "../teacher/generate.ts";
import type { GeneratedProblem } from "../teacher/generate.ts";
import { countTokens, MAX_PROMPT_TOKENS } from "../teacher/vocabulary.ts";
import { isHeldOut } from "./literal-corpus.ts";
import type { PretrainPair } from "./pretrain.ts";

/** Problems of one call of the teacher: a memory bound, not a limit of the corpus. */
const CHUNK = 2_000;

/** How often the answer is an input on which the property holds: without it the weights would be sure of what they say, and RL would have nothing to try. */
const SLIPS = 0.25;

const promptOf = ({ content }: Pick<Fuzzing, "content">): string => environmentNamed("FUZZING").pose(content);

/** One-step programs with each property that fails on some of their inputs, where the prompt fits the quickstart's model. */
export function* fuzzingProblems(seed: number, count: number): Generator<Fuzzing & { readonly problem: GeneratedProblem }> {
  for (const problem of generateProblems({ seed, count, depth: 1, vagueness: 0, distinct: false })) {
    for (const fuzzing of fuzzings(problem.content, COMPACT_PRECONDITION))
      if (countTokens(promptOf(fuzzing)) <= MAX_PROMPT_TOKENS) yield { ...fuzzing, problem };
  }
}

/** An endless corpus; pair i depends on the seed alone. Three answers in four break the property. No held-out prompt is in it. */
export function* fuzzingCorpus(seed: number): Generator<PretrainPair> {
  for (let chunk = 0; ; chunk += 1) {
    const random = stream(`fuzzing-corpus/${seed}/${chunk}`);
    for (const fuzzing of fuzzingProblems(seed * 100_000 + chunk, CHUNK)) {
      const [test] = fuzzing.content.tests;
      if (test?.kind !== "call" || isHeldOut(fuzzing)) continue;
      yield { prompt: promptOf(fuzzing), completion: random.next() < SLIPS ? random.pick([...fuzzing.holding]) : test.args };
    }
  }
}
