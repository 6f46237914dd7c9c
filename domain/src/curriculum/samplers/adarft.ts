// Owns: strategy 9 of paper section 7, AdaRFT's moving target difficulty. Must not know: other strategies.
import { z } from "zod";
import { figuresOf } from "../outcome.ts";
import { difficultyOf } from "../pool.ts";
import { defineSampler } from "../sampler.ts";
import { emptyStep, gather, meansOf, type StepMeans } from "../step-means.ts";

const Unit = z.number().min(0).max(1);
const Parameters = z.strictObject({
  kind: z.literal("adarft"),
  /** Difficulties are 1 - pass rate, in [0, 1]; AdaRFT's run from 0 to 100 with step size 50. */
  start: Unit.default(0),
  stepSize: z.number().positive().default(0.5),
  sensitivity: z.number().positive().default(2),
  targetReward: Unit.default(0.5),
  lowest: Unit.default(0),
  highest: Unit.default(1),
});
type Parameters = z.infer<typeof Parameters>;

interface State {
  target: number;
  open: StepMeans;
}

/** T <- clip(T + eta tanh(alpha (R - beta)), lowest, highest). */
export function nextTarget(
  { stepSize, sensitivity, targetReward, lowest, highest }: Omit<Parameters, "kind" | "start">,
  target: number,
  reward: number,
): number {
  return Math.min(highest, Math.max(lowest, target + stepSize * Math.tanh(sensitivity * (reward - targetReward))));
}

function currentTarget(parameters: Parameters, { target, open }: State): number {
  const reward = meansOf(open)["reward"];
  return reward === undefined ? target : nextTarget(parameters, target, reward);
}

export const sampler = defineSampler<Parameters, State>({
  kind: "adarft",
  summary: "the problems nearest a target difficulty that rises while the mean reward is over its goal",
  source: "AdaRFT, arXiv 2504.05520",
  parameters: Parameters,
  start: ({ start }) => ({ target: start, open: emptyStep() }),
  draw: (parameters, state, { pool, count, random }) => {
    const target = currentTarget(parameters, state);
    // Shuffled first, so equally near problems take turns.
    const nearest = random.shuffle(pool.problems).sort((a, b) => Math.abs(difficultyOf(a) - target) - Math.abs(difficultyOf(b) - target));
    return Array.from({ length: count }, (_, i) => nearest[i % nearest.length]!.id);
  },
  observe: (parameters, state, outcome) => {
    const { meanReward } = figuresOf(outcome);
    if (meanReward === null) return;
    gather(state.open, outcome.step, "reward", meanReward, (means) => {
      state.target = nextTarget(parameters, state.target, means["reward"]!);
    });
  },
  metrics: (parameters, state) => ({ target_difficulty: currentTarget(parameters, state) }),
});
