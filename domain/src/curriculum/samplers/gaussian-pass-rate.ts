// Owns: strategy 8 of paper section 7, a Gaussian over pass rates whose mean slides. Must not know: other strategies.
import { z } from "zod";
import { pickWeighted } from "../pick.ts";
import { defineSampler } from "../sampler.ts";
import { latestRate, measuredRate, record, type Tally } from "../tally.ts";

const Rate = z.number().min(0).max(1);
const Parameters = z.strictObject({
  kind: z.literal("gaussian-pass-rate"),
  /** Mean pass rate of the first and of the last step; linear between. Chosen here: the reports print no numbers. */
  from: Rate.default(0.9),
  to: Rate.default(0.1),
  sigma: z.number().positive().default(0.15),
  /** True reads each problem's latest group in place of the rate measured before the run. */
  reprofile: z.boolean().default(false),
});
type Parameters = z.infer<typeof Parameters>;

function center({ from, to }: Parameters, step: number, totalSteps: number): number {
  return from + ((to - from) * (step - 1)) / Math.max(1, totalSteps - 1);
}

export const sampler = defineSampler<Parameters, Tally>({
  kind: "gaussian-pass-rate",
  summary: "problems weighted by a Gaussian over pass rate whose mean slides from easy to hard",
  source: "Nemotron 3 Nano arXiv 2512.20848, Llama-Nemotron 2505.00949",
  parameters: Parameters,
  start: () => ({}),
  draw: (parameters, tally, { pool, step, totalSteps, count, random }) => {
    const mean = center(parameters, step, totalSteps);
    const rate = parameters.reprofile ? latestRate.bind(null, tally) : measuredRate;
    const weights = pool.problems.map((problem) => Math.exp(-((rate(problem) - mean) ** 2) / (2 * parameters.sigma ** 2)));
    return pickWeighted(pool.problems, weights, count, random);
  },
  observe: ({ reprofile }, tally, outcome) => {
    if (reprofile) record(tally, outcome);
  },
  metrics: (parameters, _, { step, totalSteps }) => ({ target_pass_rate: center(parameters, step, totalSteps) }),
});
