// Owns: strategy 31 of paper section 7, a threshold of difficulty that rises. Must not know: other strategies.
import { z } from "zod";
import { pickUniform } from "../pick.ts";
import { difficultyOf } from "../pool.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("recrl"),
  /** Largest difficulty, 1 - base pass rate, of the first and of the last step; linear between. */
  from: z.number().min(0).max(1).default(0.3),
  to: z.number().min(0).max(1).default(1),
});
type Parameters = z.infer<typeof Parameters>;

function threshold({ from, to }: Parameters, step: number, totalSteps: number): number {
  return from + ((to - from) * (step - 1)) / Math.max(1, totalSteps - 1);
}

export const sampler = defineSampler<Parameters, null>({
  kind: "recrl",
  summary: "uniform over problems up to a difficulty that rises from 0.3 to 1 through the run",
  source: "RECRL, arXiv 2605.00433",
  parameters: Parameters,
  start: () => null,
  draw: (parameters, _, { pool, step, totalSteps, count, random }) => {
    const most = threshold(parameters, step, totalSteps);
    const open = pool.problems.filter((problem) => difficultyOf(problem) <= most + 1e-12);
    // Before anything is easy enough, the easiest there is.
    const least = Math.min(...pool.problems.map(difficultyOf));
    return pickUniform(open.length > 0 ? open : pool.problems.filter((problem) => difficultyOf(problem) === least), count, random);
  },
  metrics: (parameters, _, { step, totalSteps }) => ({ threshold: threshold(parameters, step, totalSteps) }),
});
