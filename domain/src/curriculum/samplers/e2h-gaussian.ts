// Owns: strategy 7 of paper section 7, E2H's moving Gaussian. Must not know: other strategies.
import { z } from "zod";
import { bucketLevels, levelMetrics, pickByLevel } from "../levels.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("e2h-gaussian"),
  /** Under 1 the mean moves fast at first. */
  exponent: z.number().positive().default(0.5),
  /** In levels. */
  sigma: z.number().positive().default(0.5),
  /** Least weight of a level: true is 2 / (K (K + 1)). */
  floor: z.union([z.boolean(), z.number().min(0).max(0.25)]).default(true),
});
type Parameters = z.infer<typeof Parameters>;

/** Weights of K levels at t = step - 1 of T: a Gaussian with mean (t / T)^exponent (K - 1), mixed with a uniform floor. */
export function gaussianWeights(
  { exponent, sigma, floor }: Omit<Parameters, "kind">,
  step: number,
  totalSteps: number,
  levels: number,
): number[] {
  const least = typeof floor === "number" ? floor : floor ? 2 / (levels * (levels + 1)) : 0;
  const center = ((step - 1) / totalSteps) ** exponent * (levels - 1);
  const base = Array.from({ length: levels }, (_, i) => Math.exp(-((i - center) ** 2) / (2 * sigma ** 2)));
  const total = base.reduce((a, b) => a + b, 0);
  return base.map((weight) => least + ((1 - levels * least) * weight) / total);
}

export const sampler = defineSampler<Parameters, null>({
  kind: "e2h-gaussian",
  summary: "a Gaussian over buckets whose mean moves from easy to hard, with a floor",
  source: "E2H-G, arXiv 2506.06632; defaults of its repository",
  parameters: Parameters,
  start: () => null,
  draw: (parameters, _, { pool, step, totalSteps, count, random }) => {
    const levels = bucketLevels(pool);
    return pickByLevel(levels, gaussianWeights(parameters, step, totalSteps, levels.length), count, random);
  },
  metrics: (parameters, _, { pool, step, totalSteps }) =>
    levelMetrics(gaussianWeights(parameters, step, totalSteps, bucketLevels(pool).length)),
});
