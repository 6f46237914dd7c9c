// Owns: a policy small enough to differentiate by hand, and data for it. Must not know: tests.
import { stream } from "@gradus/domain/random";
import type { ModelSpec } from "@gradus/worker/policy/embedded/model-spec";
import type { Datum } from "@gradus/worker/policy/policy-engine";

/** About 500 parameters with one layer. */
export const tinyModel = (positions: ModelSpec["positions"], layers = 1): ModelSpec => ({
  vocabulary: 5,
  width: 8,
  layers,
  heads: 2,
  hidden: 6,
  positions,
  promptBuckets: [5],
  completionBuckets: [4],
  samplingGrid: { prompts: 2, samples: 2 },
});

/** Two groups of unequal prompts and lengths, one masked token, values that float32 holds exactly. */
export function tinyData(seed: string): Datum[] {
  const random = stream(seed);
  const tokens = (count: number): number[] => Array.from({ length: count }, () => Math.floor(random.next() * 5));
  const logProbs = (count: number): number[] =>
    Array.from({ length: count }, () => -1.2 - Math.round(random.next() * 128) / 64).map(Math.fround);
  const prompts = [tokens(5), tokens(3)];
  return [4, 2, 3, 1].map((length, row) => ({
    promptTokens: prompts[row % 2] ?? [],
    completionTokens: tokens(length),
    weights: Array.from({ length }, (_, index) => (row === 0 && index === 1 ? 0 : 1)),
    samplerLogProbs: logProbs(length),
    referenceLogProbs: logProbs(length),
    advantage: [0.75, -0.5, -1.25, 1][row] ?? 0,
  }));
}
