// Owns: a finished group as curricula see it, and the numbers they derive from it. Must not know: rollouts, tokens, the database.
import { creditGroup } from "../advantage.ts";

/** One finished group. `rewards` has null for rollouts that were not credited. */
export interface GroupOutcome {
  readonly problemId: string;
  readonly step: number;
  readonly policyVersion: number;
  readonly rewards: readonly (number | null)[];
  /** Which rollouts were right, where rewards are shaped and do not say it; absent: those with a positive reward. */
  readonly passed?: readonly (boolean | null)[];
}

export interface OutcomeFigures {
  /** Credited rollouts. */
  readonly attempts: number;
  /** Credited rollouts that were right. */
  readonly passes: number;
  /** Mean reward over credited rollouts; null where there is none. */
  readonly meanReward: number | null;
  /** Mean |advantage| over credited rollouts, 0 where there is none (SEC and DUMP call it learnability). */
  readonly meanAbsoluteAdvantage: number;
  /** True where all credited rewards are equal: no gradient. */
  readonly hasNoVariance: boolean;
}

export function figuresOf(outcome: Pick<GroupOutcome, "rewards" | "passed">): OutcomeFigures {
  const { advantages, baseline, credited } = creditGroup(outcome.rewards);
  const known = outcome.rewards.filter((reward) => reward !== null);
  const total = advantages.reduce<number>((sum, advantage) => sum + Math.abs(advantage ?? 0), 0);
  return {
    attempts: credited,
    passes: outcome.rewards.filter((reward, at) => reward !== null && (outcome.passed?.[at] ?? reward > 0)).length,
    meanReward: baseline,
    meanAbsoluteAdvantage: credited === 0 ? 0 : total / credited,
    hasNoVariance: known.every((reward) => reward === known[0]),
  };
}
