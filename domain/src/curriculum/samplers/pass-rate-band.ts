// Owns: strategy 5 of paper section 7, a fixed band of measured pass rates without a schedule. Must not know: other strategies.
import { z } from "zod";
import { pickUniform } from "../pick.ts";
import type { Pool, PoolProblem } from "../pool.ts";
import { defineSampler } from "../sampler.ts";
import { measuredRate } from "../tally.ts";

const Parameters = z
  .strictObject({
    kind: z.literal("pass-rate-band"),
    low: z.number().min(0).max(1).default(0.2),
    high: z.number().min(0).max(1).default(0.8),
  })
  .refine(({ low, high }) => low <= high, { message: "must not be over `high`", path: ["low"] });
type Parameters = z.infer<typeof Parameters>;

function inBand({ low, high }: Parameters, pool: Pool): readonly PoolProblem[] {
  return pool.problems.filter((problem) => problem.passRate !== null && measuredRate(problem) >= low && measuredRate(problem) <= high);
}

export const sampler = defineSampler<Parameters, null>({
  kind: "pass-rate-band",
  summary: "uniform over problems whose measured pass rate lies in a band",
  source: "offline filter [0.2, 0.8] in wide use; paper 4.3 with its narrow medium bin",
  parameters: Parameters,
  start: () => null,
  draw: (parameters, _, { pool, count, random }) => {
    const inside = inBand(parameters, pool);
    return pickUniform(inside.length > 0 ? inside : pool.problems, count, random);
  },
  warnings: (parameters, { pool }) => (inBand(parameters, pool).length === 0 ? ["no problem lies in the band: all are drawn alike"] : []),
});
