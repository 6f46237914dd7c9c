// Owns: strategy 17 of paper section 7, skipping prompts that brought no gradient. Must not know: other strategies.
import { z } from "zod";
import { figuresOf } from "../outcome.ts";
import { pickWeighted } from "../pick.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("greso"),
  /** p_e: a problem is kept with probability p_e^z after z groups in a row without variance. */
  keep: z.number().gt(0).lt(1).default(0.5),
  /** Least probability of keeping, so that nothing is lost for good. */
  exploration: z.number().gt(0).max(1).default(0.05),
});

/** Problem id -> groups in a row without variance. */
type State = Record<string, number>;

export function keepProbability(zeroRounds: number, keep: number, exploration: number): number {
  return Math.max(keep ** zeroRounds, exploration);
}

export const sampler = defineSampler<z.infer<typeof Parameters>, State>({
  kind: "greso",
  summary: "uniform, but a problem is skipped the likelier the more often in a row it brought no variance",
  source: "GRESO, arXiv 2506.02177",
  parameters: Parameters,
  start: () => ({}),
  // Drawing uniformly and skipping with probability 1 - k until enough are kept is drawing in proportion to k.
  draw: ({ keep, exploration }, state, { pool, count, random }) =>
    pickWeighted(
      pool.problems,
      pool.problems.map((problem) => keepProbability(state[problem.id] ?? 0, keep, exploration)),
      count,
      random,
    ),
  observe: (_, state, outcome) => {
    if (figuresOf(outcome).hasNoVariance) state[outcome.problemId] = (state[outcome.problemId] ?? 0) + 1;
    else delete state[outcome.problemId];
  },
  metrics: (_, state, { pool }) => ({ share_with_zero_rounds: Object.keys(state).length / pool.problems.length }),
});
