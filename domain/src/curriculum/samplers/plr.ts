// Owns: the replay half of strategy 32 of paper section 7, prioritised level replay. Must not know: other strategies.
import { z } from "zod";
import { figuresOf } from "../outcome.ts";
import { pickUniform, pickWeighted } from "../pick.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("plr"),
  /** Of the rank prioritisation: weights are (1 / rank)^(1 / temperature). */
  temperature: z.number().positive().default(0.1),
  /** Share of the staleness weights. */
  staleness: z.number().min(0).max(1).default(0.1),
});

/** Problem id -> latest score (mean |advantage|) and its step. */
type State = Record<string, [score: number, step: number]>;

const share = (weights: readonly number[], i: number): number => {
  const total = weights.reduce((a, b) => a + b, 0);
  return total === 0 ? 1 / weights.length : weights[i]! / total;
};

/** (1 - rho) rank weights + rho staleness weights, each normalised. */
export function replayWeights(
  scores: readonly (readonly [score: number, step: number])[],
  step: number,
  temperature: number,
  staleness: number,
): number[] {
  const order = scores.map((_, i) => i).sort((a, b) => scores[b]![0] - scores[a]![0] || a - b);
  const ranked = scores.map(() => 0);
  for (const [rank, i] of order.entries()) ranked[i] = (1 / (rank + 1)) ** (1 / temperature);
  const stale = scores.map(([, seen]) => Math.max(0, step - seen));
  return scores.map((_, i) => (1 - staleness) * share(ranked, i) + staleness * share(stale, i));
}

export const sampler = defineSampler<z.infer<typeof Parameters>, State>({
  kind: "plr",
  // ACCEL also edits what it replays: that is the teacher's `mutate`, not a draw.
  summary: "replays what had the largest advantages, by rank, with some weight on what was long unseen",
  source: "PLR, arXiv 2010.03934",
  parameters: Parameters,
  start: () => ({}),
  draw: ({ temperature, staleness }, state, { pool, step, count, random }) => {
    const seen = pool.problems.filter((problem) => state[problem.id] !== undefined);
    const unseen = pool.problems.filter((problem) => state[problem.id] === undefined);
    // PLR replays with the probability that a level was seen already; the rest are new levels.
    const replays = Array.from({ length: count }, () => random.next() * pool.problems.length < seen.length).filter(Boolean).length;
    const weights = replayWeights(
      seen.map((problem) => state[problem.id]!),
      step,
      temperature,
      staleness,
    );
    return [
      ...(replays > 0 ? pickWeighted(seen, weights, replays, random) : []),
      ...(replays < count ? pickUniform(unseen, count - replays, random) : []),
    ];
  },
  observe: (_, state, outcome) => {
    state[outcome.problemId] = [figuresOf(outcome).meanAbsoluteAdvantage, outcome.step];
  },
});
