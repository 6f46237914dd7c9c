// Owns: the recipe of the quickstart's warm start, from seeds to checkpoint bytes. Must not know: where the bytes are kept.
import type { PretrainOptions, PretrainProgress } from "./pretrain.ts";
import { trainCheckpoint } from "./train-checkpoint.ts";
import { warmStartCorpus } from "./warm-start-corpus.ts";

/** Everything that decides the bytes, beside the engine and the teacher themselves. */
export const WARM_START_RECIPE = {
  modelSeed: 1,
  corpusSeed: 1,
  training: {
    steps: 1_800,
    batch: 48,
    adam: { learningRate: 3e-3, beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 },
  } satisfies PretrainOptions,
} as const;

/**
 * Trains the quickstart's model.
 * @param steps - fewer than the recipe's give another, weaker warm start, for tests
 */
export const buildWarmStart = (
  options: { readonly steps?: number; readonly onProgress?: (progress: PretrainProgress) => void } = {},
): Promise<Uint8Array> =>
  trainCheckpoint(WARM_START_RECIPE.modelSeed, warmStartCorpus(WARM_START_RECIPE.corpusSeed), {
    ...WARM_START_RECIPE.training,
    ...options,
  });
