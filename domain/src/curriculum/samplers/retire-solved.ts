// Owns: the sampler half of strategy 23 of paper section 7, ScaleRL's no-positive-resampling. Must not know: other strategies.
import { z } from "zod";
import { pickUniform } from "../pick.ts";
import type { Pool } from "../pool.ts";
import { defineSampler } from "../sampler.ts";
import { record, type Tally } from "../tally.ts";

const Parameters = z.strictObject({
  kind: z.literal("retire-solved"),
  /** A problem whose pass rate over the run reaches this is never drawn again. */
  retireAt: z.number().gt(0).max(1).default(0.9),
});

function isRetired(tally: Tally, id: string, retireAt: number): boolean {
  const seen = tally[id];
  return seen !== undefined && seen[1] / seen[0] >= retireAt;
}

const retired = (tally: Tally, pool: Pool, retireAt: number): number =>
  pool.problems.filter((problem) => isRetired(tally, problem.id, retireAt)).length;

export const sampler = defineSampler<z.infer<typeof Parameters>, Tally>({
  kind: "retire-solved",
  summary: "uniform over problems whose pass rate over the run is under 0.9; the others are retired",
  source: "ScaleRL, arXiv 2510.13786",
  parameters: Parameters,
  start: () => ({}),
  draw: ({ retireAt }, tally, { pool, count, random }) => {
    const open = pool.problems.filter((problem) => !isRetired(tally, problem.id, retireAt));
    return pickUniform(open.length > 0 ? open : pool.problems, count, random);
  },
  observe: (_, tally, outcome) => record(tally, outcome),
  metrics: ({ retireAt }, tally, { pool }) => ({ retired: retired(tally, pool, retireAt) }),
});
