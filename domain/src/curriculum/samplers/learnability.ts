// Owns: strategy 16 of paper section 7, the most learnable of some candidates. Must not know: other strategies.
import { z } from "zod";
import { pickUniform } from "../pick.ts";
import { defineSampler } from "../sampler.ts";
import { latestRate, record, type Tally } from "../tally.ts";

const Parameters = z.strictObject({
  kind: z.literal("learnability"),
  /** Candidates for each problem taken. */
  candidates: z.number().min(1).default(4),
});

export const sampler = defineSampler<z.infer<typeof Parameters>, Tally>({
  kind: "learnability",
  // The sources measure each candidate with 8 fresh rollouts; here its latest known pass rate stands for them, which costs nothing.
  summary: "from four times as many uniform candidates, those with the highest p (1 - p)",
  source: "LILO arXiv 2502.12272, SFL 2408.15099",
  parameters: Parameters,
  start: () => ({}),
  draw: ({ candidates }, tally, { pool, count, random }) => {
    const learnable = (id: string): number => {
      const rate = latestRate(tally, pool.byId.get(id)!);
      return rate * (1 - rate);
    };
    const drawn = [...new Set(pickUniform(pool.problems, Math.ceil(candidates * count), random))].sort(
      (a, b) => learnable(b) - learnable(a),
    );
    return Array.from({ length: count }, (_, i) => drawn[i % drawn.length]!);
  },
  observe: (_, tally, outcome) => record(tally, outcome),
});
