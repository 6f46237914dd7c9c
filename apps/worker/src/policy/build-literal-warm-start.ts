// Owns: the recipe of a warm start that answers abduction and deduction prompts, from the quickstart's. Must not know: where bytes are kept.
import { contentHash, sha256Hex } from "@gradus/domain/content-hash";
import { literalCorpus } from "./literal-corpus.ts";
import type { PretrainOptions } from "./pretrain.ts";
import { trainCheckpoint } from "./train-checkpoint.ts";

/** Everything that decides the bytes, beside the weights it begins with, the engine and the teacher. */
export const LITERAL_RECIPE = {
  corpusSeed: 1,
  training: {
    steps: 600,
    batch: 48,
    adam: { learningRate: 3e-3, beta1: 0.9, beta2: 0.98, eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 },
  } satisfies PretrainOptions,
} as const;

/** Names what `buildLiteralWarmStart` makes of these weights: another teacher, recipe or beginning has another name. */
export const literalRecipeHash = (base: Uint8Array): string =>
  contentHash({
    base: sha256Hex(base),
    recipe: LITERAL_RECIPE,
    corpus: contentHash(literalCorpus(LITERAL_RECIPE.corpusSeed).take(500).toArray()),
  });

/** Trains `base` on. */
export const buildLiteralWarmStart = (base: Uint8Array): Promise<Uint8Array> =>
  trainCheckpoint(base, literalCorpus(LITERAL_RECIPE.corpusSeed), LITERAL_RECIPE.training);
