// Owns: a warm start's bytes, out of where its weights begin and a corpus. Must not know: recipes, where the bytes are kept.
import { createEmbeddedEngine } from "./embedded/embedded-engine.ts";
import { pretrain } from "./pretrain.ts";
import type { PretrainOptions, PretrainPair } from "./pretrain.ts";

const MODEL = "warm-start";

/**
 * Trains on one thread and returns the checkpoint without optimiser moments. The same bytes on machines whose CPU takes the same code path of the
 * runtime; docs/engine.md says where that ends.
 * @param begin - the bytes of a checkpoint to train on from, or the seed of new weights of the quickstart's model
 */
export async function trainCheckpoint(
  begin: Uint8Array | number,
  corpus: Iterable<PretrainPair>,
  options: PretrainOptions,
): Promise<Uint8Array> {
  const engine = await createEmbeddedEngine({ threads: 1 });
  try {
    await (typeof begin === "number" ? engine.createModel(MODEL, begin) : engine.loadState(MODEL, begin));
    await pretrain(engine, MODEL, corpus, options);
    await engine.resetOptimizer(MODEL);
    return await engine.saveState(MODEL);
  } finally {
    await engine.close();
  }
}
