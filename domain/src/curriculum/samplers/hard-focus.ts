// Owns: the draws of strategy 29 of paper section 7, DRIVE's two stages. Must not know: other strategies.
import { z } from "zod";
import { pickUniform } from "../pick.ts";
import { defineSampler } from "../sampler.ts";
import { latestRate, record, type Tally } from "../tally.ts";

const Parameters = z.strictObject({
  kind: z.literal("hard-focus"),
  /** Share of the run that is uniform. Chosen here. */
  until: z.number().min(0).max(1).default(0.5),
  /** Share of the problems that the second stage keeps: the hardest by their latest pass rate. Chosen here. */
  keep: z.number().gt(0).max(1).default(0.25),
});

export const sampler = defineSampler<z.infer<typeof Parameters>, Tally>({
  kind: "hard-focus",
  // DRIVE also raises the rollouts of a group from 8 to 64 in its second stage: a setting of the run, not of the draw.
  summary: "uniform first, then only the hardest quarter by the latest pass rate, kept current",
  source: "DRIVE (two-stage competitive-programming RL)",
  parameters: Parameters,
  start: () => ({}),
  draw: ({ until, keep }, tally, { pool, step, totalSteps, count, random }) => {
    if ((step - 1) / totalSteps < until) return pickUniform(pool.problems, count, random);
    const hardest = [...pool.problems].sort((a, b) => latestRate(tally, a) - latestRate(tally, b) || (a.id < b.id ? -1 : 1));
    return pickUniform(hardest.slice(0, Math.max(1, Math.ceil(keep * hardest.length))), count, random);
  },
  observe: (_, tally, outcome) => record(tally, outcome),
});
