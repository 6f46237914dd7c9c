// Owns: strategy 21 of paper section 7, what fails most comes most. Must not know: other strategies.
import { z } from "zod";
import { pickWeighted } from "../pick.ts";
import { defineSampler } from "../sampler.ts";
import { overallRate, record, type Tally } from "../tally.ts";

const Parameters = z.strictObject({ kind: z.literal("prioritized") });

export const sampler = defineSampler<z.infer<typeof Parameters>, Tally>({
  kind: "prioritized",
  summary: "problems in proportion to 1 - their success rate so far",
  source: "Kimi k1.5, arXiv 2501.12599",
  parameters: Parameters,
  start: () => ({}),
  draw: (_, tally, { pool, count, random }) =>
    pickWeighted(
      pool.problems,
      pool.problems.map((problem) => 1 - overallRate(tally, problem)),
      count,
      random,
    ),
  observe: (_, tally, outcome) => record(tally, outcome),
});
