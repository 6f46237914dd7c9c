// Owns: the draws of strategy 28 of paper section 7, an order of tiers that suits the model's capability. Must not know: other strategies.
import { z } from "zod";
import { bucketLevels, levelMetrics, pickByLevel, type Levels } from "../levels.ts";
import { defineSampler, type RunContext } from "../sampler.ts";
import { measuredRate } from "../tally.ts";

const Parameters = z.strictObject({
  kind: z.literal("tarot"),
  /** Mean measured pass rate of the pool from which a model counts as strong: weak ones go from easy to hard, strong ones the other way. Chosen here. */
  strongFrom: z.number().min(0).max(1).default(0.5),
  /** Weight of the tier in turn; the others share the rest. Chosen here. */
  focus: z.number().gt(0).max(1).default(0.7),
});
type Parameters = z.infer<typeof Parameters>;

/** Mean measured pass rate of the model that the run starts from. */
export function capabilityOf({ pool }: RunContext): number {
  return pool.problems.reduce((sum, problem) => sum + measuredRate(problem), 0) / pool.problems.length;
}

function weightsOf({ strongFrom, focus }: Parameters, context: RunContext, levels: Levels, step: number): number[] {
  const stage = Math.min(levels.length - 1, Math.floor(((step - 1) * levels.length) / context.totalSteps));
  const inTurn = capabilityOf(context) >= strongFrom ? levels.length - 1 - stage : stage;
  return levels.map((_, i) => (levels.length === 1 ? 1 : i === inTurn ? focus : (1 - focus) / (levels.length - 1)));
}

export const sampler = defineSampler<Parameters, null>({
  kind: "tarot",
  // The tiers of tests inside a problem are the reward's half: `training.reward.shape: { kind: tiered }`.
  summary: "tiers of difficulty in turn, easy first for a weak model and hard first for a strong one; with the reward shape `tiered`",
  source: "TAROT, arXiv 2602.15449",
  hook: "training.reward: { shape: { kind: tiered } }: tiers of tests with weights of their own",
  parameters: Parameters,
  start: () => null,
  draw: (parameters, _, context) => {
    const levels = bucketLevels(context.pool);
    return pickByLevel(levels, weightsOf(parameters, context, levels, context.step), context.count, context.random);
  },
  metrics: (parameters, _, context) => ({
    capability: capabilityOf(context),
    ...levelMetrics(weightsOf(parameters, context, bucketLevels(context.pool), context.step)),
  }),
});
