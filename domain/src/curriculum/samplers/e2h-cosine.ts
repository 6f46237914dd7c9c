// Owns: strategy 6 of paper section 7, E2H's cosine blend. Must not know: other strategies.
import { z } from "zod";
import { bucketLevels, levelMetrics, pickByLevel } from "../levels.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({ kind: z.literal("e2h-cosine") });

/** Weights of K levels at t = step - 1 of T: from (K - i) to (i + 1), blended by a half cosine; none falls under 2 / (K (K + 1)). */
export function cosineWeights(step: number, totalSteps: number, levels: number): number[] {
  const total = (levels * (levels + 1)) / 2;
  const early = 0.5 * (1 + Math.cos((Math.PI * (step - 1)) / totalSteps));
  const raw = Array.from({ length: levels }, (_, i) => Math.max((early * (levels - i) + (1 - early) * (i + 1)) / total, 1 / total));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((weight) => weight / sum);
}

export const sampler = defineSampler<z.infer<typeof Parameters>, null>({
  kind: "e2h-cosine",
  summary: "bucket weights blend from easy-heavy to hard-heavy along a half cosine",
  source: "E2H-C, arXiv 2506.06632, its repository",
  parameters: Parameters,
  start: () => null,
  draw: (_, __, { pool, step, totalSteps, count, random }) => {
    const levels = bucketLevels(pool);
    return pickByLevel(levels, cosineWeights(step, totalSteps, levels.length), count, random);
  },
  metrics: (_, __, { pool, step, totalSteps }) => levelMetrics(cosineWeights(step, totalSteps, bucketLevels(pool).length)),
});
