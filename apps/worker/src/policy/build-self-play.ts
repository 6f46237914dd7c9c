// Owns: the recipe of the self-play example's warm start: weights that write problems of one step and answer them. Must not know: where the bytes
// are kept, the database.
import { literalCorpus } from "./literal-corpus.ts";
import type { PretrainOptions, PretrainPair } from "./pretrain.ts";
import { proposalCorpus } from "./proposal-corpus.ts";
import { trainCheckpoint } from "./train-checkpoint.ts";

/** Everything that decides the bytes, beside the weights it begins with, the engine and the teacher. */
export const SELF_PLAY_RECIPE = {
  corpusSeed: 3,
  training: {
    steps: 160,
    batch: 48,
    adam: { learningRate: 2e-3, beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 },
  } satisfies PretrainOptions,
} as const;

/** Proposals, and answers in abduction and deduction, in turns. */
export function* selfPlayCorpus(seed: number): Generator<PretrainPair> {
  const corpora = [proposalCorpus(seed), literalCorpus(seed + 1)];
  for (;;) for (const corpus of corpora) yield corpus.next().value as PretrainPair;
}

/** Trains the weights of the four environments on. */
export const buildSelfPlayWarmStart = (
  base: Uint8Array,
  options: Pick<PretrainOptions, "onProgress"> & { readonly steps?: number } = {},
): Promise<Uint8Array> => trainCheckpoint(base, selfPlayCorpus(SELF_PLAY_RECIPE.corpusSeed), { ...SELF_PLAY_RECIPE.training, ...options });
