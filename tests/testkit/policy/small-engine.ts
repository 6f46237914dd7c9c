// Owns: an embedded engine of a small, quick model for tests. Must not know: tests.
import { createEmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import type { EmbeddedEngine } from "@gradus/worker/policy/embedded/embedded-engine";
import type { ModelSpec } from "@gradus/worker/policy/embedded/model-spec";
import { pythonTokenizer } from "@gradus/worker/policy/embedded/tokenizer";
import type { SampleRow, SamplingSpec } from "@gradus/worker/policy/policy-engine";

export const SMALL_MODEL: ModelSpec = {
  vocabulary: pythonTokenizer.size,
  width: 32,
  layers: 2,
  heads: 2,
  hidden: 64,
  positions: "rotary",
  promptBuckets: [16, 32],
  completionBuckets: [12, 24],
  samplingGrid: { prompts: 16, samples: 4 },
};

export const openSmallEngine = (model: Partial<ModelSpec> = {}): Promise<EmbeddedEngine> =>
  createEmbeddedEngine({ model: { ...SMALL_MODEL, ...model } });

export const FREE_SAMPLING: SamplingSpec = { maxTokens: 12, temperature: 1, topP: 1, topK: 0, stopTokens: [] };

/** Rows over prompts of different lengths; row i has stream `row/<i>`. */
export function promptRows(count: number, perPrompt: number): SampleRow[] {
  return Array.from({ length: count }, (_, index) => {
    const problem = Math.floor(index / perPrompt);
    const text = `f(${problem * 7919}) == ${"ab".repeat((problem % 3) + 1)}`;
    return { promptTokens: pythonTokenizer.encode(text).slice(0, 16), stream: `row/${index}` };
  });
}
