// Owns: strategy 18 of paper section 7, a softmax around difficulty one half. Must not know: other strategies.
import { z } from "zod";
import { pickWeighted } from "../pick.ts";
import { defineSampler } from "../sampler.ts";
import { latestRate, record, type Tally } from "../tally.ts";

const Parameters = z.strictObject({
  kind: z.literal("dots"),
  /** Chosen here. */
  temperature: z.number().positive().default(0.1),
});

export const sampler = defineSampler<z.infer<typeof Parameters>, Tally>({
  kind: "dots",
  // DOTS predicts difficulty by attention over a reference set; here it is the latest pass rate known of the problem itself.
  summary: "problems in proportion to exp(-|difficulty - 1/2| / temperature)",
  source: "DOTS, arXiv 2506.05316",
  parameters: Parameters,
  start: () => ({}),
  draw: ({ temperature }, tally, { pool, count, random }) =>
    pickWeighted(
      pool.problems,
      pool.problems.map((problem) => Math.exp(-Math.abs(latestRate(tally, problem) - 0.5) / temperature)),
      count,
      random,
    ),
  observe: (_, tally, outcome) => record(tally, outcome),
});
