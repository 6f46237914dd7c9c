// Owns: strategy 30 of paper section 7, replay of prompts at the edge, with cooldown, and a review share. Must not know: other strategies.
import { z } from "zod";
import { pickUniform } from "../pick.ts";
import type { Pool, PoolProblem } from "../pool.ts";
import { defineSampler } from "../sampler.ts";
import { record, type Tally } from "../tally.ts";

const Share = z.number().min(0).max(1);
const Parameters = z.strictObject({
  kind: z.literal("prompt-replay"),
  /** Band of the latest pass rate in which a problem is replayed. */
  low: Share.default(0.25),
  high: Share.default(0.75),
  /** Largest share of a step that replays. */
  share: Share.default(0.75),
  /** Steps between two uses of a problem. */
  cooldown: z.number().int().min(0).default(10),
  /** Groups of one problem in the whole run, by replay. */
  reuses: z.number().int().min(1).default(15),
  /** Share of a step that reviews problems solved in all their latest attempts. */
  review: Share.default(0.05),
});
type Parameters = z.infer<typeof Parameters>;

function replayable({ low, high, cooldown, reuses }: Parameters, tally: Tally, pool: Pool, step: number): PoolProblem[] {
  return pool.problems.filter((problem) => {
    const seen = tally[problem.id];
    return seen !== undefined && seen[2] >= low && seen[2] <= high && step - seen[3] > cooldown && seen[4] <= reuses;
  });
}

const mastered = (tally: Tally, pool: Pool): PoolProblem[] => pool.problems.filter((problem) => tally[problem.id]?.[2] === 1);

export const sampler = defineSampler<Parameters, Tally>({
  kind: "prompt-replay",
  summary: "up to three quarters of a step replay problems at a pass rate of 0.25 to 0.75, a few review mastered ones, the rest is new",
  source: "arXiv 2603.21177 (replay), 2606.03087 (review)",
  parameters: Parameters,
  start: () => ({}),
  draw: (parameters, tally, { pool, step, count, random }) => {
    const edge = replayable(parameters, tally, pool, step);
    const known = mastered(tally, pool);
    const replays = pickUniform(edge, Math.min(edge.length, Math.floor(parameters.share * count)), random);
    const reviews = pickUniform(known, Math.min(known.length, Math.floor(parameters.review * count + random.next())), random).slice(
      0,
      count - replays.length,
    );
    const unseen = pool.problems.filter((problem) => tally[problem.id] === undefined);
    const fresh = pickUniform(unseen.length > 0 ? unseen : pool.problems, count - replays.length - reviews.length, random);
    return [...replays, ...reviews, ...fresh];
  },
  observe: (_, tally, outcome) => record(tally, outcome),
  metrics: (parameters, tally, { pool, step }) => ({
    replayable: replayable(parameters, tally, pool, step).length,
    mastered: mastered(tally, pool).length,
  }),
});
