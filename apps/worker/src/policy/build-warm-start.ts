// Owns: the recipe of the quickstart's warm start, from seeds to checkpoint bytes. Must not know: where the bytes are kept.
import { createEmbeddedEngine } from "./embedded/embedded-engine.ts";
import { pretrain } from "./pretrain.ts";
import type { PretrainOptions, PretrainProgress } from "./pretrain.ts";
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
 * Trains the quickstart's model on one thread and returns its checkpoint without optimiser moments. The same bytes on machines whose CPU
 * takes the same code path of the runtime; docs/engine.md says where that ends.
 * @param steps - fewer than the recipe's give another, weaker warm start, for tests
 */
export async function buildWarmStart(
  options: { readonly steps?: number; readonly onProgress?: (progress: PretrainProgress) => void } = {},
): Promise<Uint8Array> {
  const { modelSeed, corpusSeed, training } = WARM_START_RECIPE;
  const engine = await createEmbeddedEngine({ threads: 1 });
  try {
    await engine.createModel("warm-start", modelSeed);
    await pretrain(engine, "warm-start", warmStartCorpus(corpusSeed), {
      ...training,
      steps: options.steps ?? training.steps,
      ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
    });
    await engine.resetOptimizer("warm-start");
    return await engine.saveState("warm-start");
  } finally {
    await engine.close();
  }
}
