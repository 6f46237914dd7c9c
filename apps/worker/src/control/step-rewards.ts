// Owns: what the rollouts of a step are worth, and how curricula see its groups. Must not know: advantages, gates, the database's tables.
import { adaptTierWeights, rewardRollout, stream, tiersPassed } from "@gradus/domain";
import type { OwnReward, RewardShape, RoundGroup, TrainingSpec } from "@gradus/domain";
import type { Environments } from "../modules/run-modules.ts";
import type { GroupToCredit } from "@gradus/prisma/training/step-store";

/** One list a group, one entry a rollout; null where the machine was broken, or a reward was masked. */
export interface GroupRewards {
  readonly rewards: readonly (number | null)[];
  /** Right in the environment's own terms; null where nothing is known. */
  readonly passed: readonly (boolean | null)[];
}

/** Who says what a rollout is worth. */
export interface Judges {
  readonly environments: Environments;
  /** Where the reward's shape is a module of the user's. */
  readonly ownReward: OwnReward | null;
}

/** Rewards of executed groups. `shuffle` names the stream that permutes them over the step: the negative control. */
export function rewardsOf(
  groups: readonly GroupToCredit[],
  training: TrainingSpec,
  shuffle: string | null,
  { environments, ownReward }: Judges,
): GroupRewards[] {
  const settings = { ...training.reward, shape: adapted(training.reward.shape, groups) };
  const { maxTokens } = training.sampling;
  const worth = groups.map(({ environment, rollouts }) =>
    rollouts.map(({ execution, completionTokens, finishReason }) =>
      rewardRollout(
        settings,
        environments(environment).reward(execution),
        execution,
        { completionTokens, maxTokens, truncated: finishReason === "length" },
        ownReward,
      ),
    ),
  );
  if (shuffle === null)
    return worth.map((group) => ({ rewards: group.map(({ reward }) => reward), passed: group.map(({ passed }) => passed) }));
  const permuted = stream(shuffle).shuffle(worth.flat().filter(({ reward }) => reward !== null));
  return worth.map((group) => {
    const given = group.map((one) => (one.reward === null ? one : (permuted.pop() ?? one)));
    return { rewards: given.map(({ reward }) => reward), passed: given.map(({ passed }) => passed) };
  });
}

export const outcomesOf = (
  groups: readonly GroupToCredit[],
  worth: readonly GroupRewards[],
  step: number,
  policyVersion: number,
): RoundGroup[] =>
  groups.map(({ ordinal, problemId, rollouts }, at) => ({
    ordinal,
    problemId,
    step,
    policyVersion,
    size: rollouts.length,
    rewards: worth[at]?.rewards ?? [],
    passed: worth[at]?.passed ?? [],
  }));

/** TAROT's weights at the policy's present capability: what share of the step's rollouts passes each tier. */
function adapted(shape: RewardShape, groups: readonly GroupToCredit[]): RewardShape {
  if (shape.kind !== "tiered" || !shape.adapt) return shape;
  const executed = groups
    .flatMap(({ rollouts }) => rollouts.map(({ execution }) => execution))
    .filter(({ verdict }) => verdict === "EXECUTED");
  const passed = executed.map((execution) => tiersPassed(execution, shape.weights.length));
  const rates = shape.weights.map((_, tier) => (passed.length === 0 ? 0.5 : passed.filter((tiers) => tiers[tier]).length / passed.length));
  return { ...shape, weights: adaptTierWeights(shape.weights, rates) };
}
