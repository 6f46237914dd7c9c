// Owns: strategy 24 of paper section 7, three pools by the latest mean reward. Must not know: other strategies.
import { z } from "zod";
import { pickByLevel } from "../levels.ts";
import type { Pool, PoolProblem } from "../pool.ts";
import { defineSampler } from "../sampler.ts";
import { latestRate, record, type Tally } from "../tally.ts";

const Share = z.number().min(0).max(1);
/** Thresholds and weights are chosen here: INTELLECT-3 prints none, and prime-rl leaves them to the user. */
const Parameters = z.strictObject({
  kind: z.literal("difficulty-pools"),
  /** Latest pass rate from which a problem is easy, and up to which it is hard. */
  easyFrom: Share.default(0.75),
  hardUpTo: Share.default(0.25),
  weights: z.strictObject({ easy: Share, normal: Share, hard: Share }).default({ easy: 0.1, normal: 0.7, hard: 0.2 }),
});
type Parameters = z.infer<typeof Parameters>;

/** Easy, normal, hard. A problem whose latest group was all right is in none: it is never drawn again. */
function poolsOf({ easyFrom, hardUpTo }: Parameters, tally: Tally, pool: Pool): PoolProblem[][] {
  const open = pool.problems.filter((problem) => tally[problem.id]?.[2] !== 1);
  const place = (rate: number): number => (rate >= easyFrom ? 0 : rate <= hardUpTo ? 2 : 1);
  return [0, 1, 2].map((index) => open.filter((problem) => place(latestRate(tally, problem)) === index));
}

export const sampler = defineSampler<Parameters, Tally>({
  kind: "difficulty-pools",
  summary: "easy, normal and hard pools by the latest pass rate, with weights; what is always solved leaves",
  source: "INTELLECT-3 arXiv 2512.16144, prime-rl",
  parameters: Parameters,
  start: () => ({}),
  draw: (parameters, tally, { pool, count, random }) => {
    const pools = poolsOf(parameters, tally, pool);
    const { easy, normal, hard } = parameters.weights;
    const weights = [easy, normal, hard].map((weight, i) => (pools[i]!.length > 0 ? weight : 0));
    if (weights.some((weight) => weight > 0)) return pickByLevel(pools, weights, count, random);
    return pickByLevel([pool.problems], [1], count, random);
  },
  observe: (_, tally, outcome) => record(tally, outcome),
  metrics: (parameters, tally, { pool }) => {
    const [easy, normal, hard] = poolsOf(parameters, tally, pool).map((problems) => problems.length);
    return { easy: easy!, normal: normal!, hard: hard!, left: pool.problems.length - easy! - normal! - hard! };
  },
});
