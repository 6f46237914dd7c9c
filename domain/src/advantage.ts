// Owns: credit inside a group and over a step. Must not know: gates, verdicts, the database, how the update uses the numbers.
import { z } from "zod";

/**
 * How a reward becomes an advantage. The defaults are the paper's: reward - mean of the group (paper 3.4). `batch` and `batch-std` are taken
 * over the rollouts that the step trains on. Standard deviations are of a sample (n - 1), as torch.std; 1e-6 is added to a divisor.
 */
export const AdvantageSettings = z.strictObject({
  /** leave-one-out: the mean of the others of the group (RLOO). batch: the mean of the step (REINFORCE++). */
  baseline: z.enum(["group", "leave-one-out", "batch"]).default("group"),
  /** group-std: GRPO. batch-std: ScaleRL, REINFORCE++. group-mean: MaxRL divides by the group's mean reward, and gives 0 where it is 0. */
  scale: z.enum(["none", "group-std", "batch-std", "group-mean"]).default("none"),
});
export type AdvantageSettings = z.infer<typeof AdvantageSettings>;

const PAPER: AdvantageSettings = { baseline: "group", scale: "none" };
const EPSILON = 1e-6;

/** Credit of one group. `advantages` has one entry per reward, null where the rollout is not credited. */
export interface GroupCredit {
  readonly advantages: readonly (number | null)[];
  /** Mean reward over credited rollouts; null where there is none. */
  readonly baseline: number | null;
  readonly credited: number;
  /** A group with fewer credited rollouts than half its size is refused: its mean says little. */
  readonly refused: "UNDER_HALF_CREDITED" | null;
}

/**
 * Advantage = reward - mean reward of the group, without division by the standard deviation and without KL (paper 3.4). A reward of null
 * (SANDBOX_ERROR after its retries) is left out of the mean and gets no advantage. Rewards are numbers in any range.
 */
export function creditGroup(rewards: readonly (number | null)[]): GroupCredit {
  return creditStep([rewards])[0]!;
}

/** Credit of all groups of a step. `trained` says which groups the batch is made of (all, unless given): the others are scaled alike. */
export function creditStep(
  groups: readonly (readonly (number | null)[])[],
  settings: AdvantageSettings = PAPER,
  trained: readonly boolean[] = groups.map(() => true),
): GroupCredit[] {
  const batchMean = meanOf(groups.flatMap((group, at) => (trained[at] ? known(group) : [])));
  const centred = groups.map((group) => centre(group, settings.baseline, batchMean ?? 0));
  const batchStd = deviation(centred.flatMap((group, at) => (trained[at] ? known(group) : [])));
  return groups.map((rewards, at) => {
    const own = known(rewards);
    const baseline = meanOf(own);
    const divisor = { none: 1, "group-std": deviation(own) + EPSILON, "batch-std": batchStd + EPSILON, "group-mean": baseline ?? 0 }[
      settings.scale
    ];
    return {
      advantages: centred[at]!.map((value) => (value === null ? null : divisor === 0 ? 0 : value / divisor)),
      baseline,
      credited: own.length,
      refused: own.length * 2 < rewards.length || own.length === 0 ? "UNDER_HALF_CREDITED" : null,
    };
  });
}

function centre(rewards: readonly (number | null)[], baseline: AdvantageSettings["baseline"], batchMean: number): (number | null)[] {
  const own = known(rewards);
  const sum = own.reduce((total, reward) => total + reward, 0);
  return rewards.map((reward) => {
    if (reward === null) return null;
    if (baseline === "batch") return reward - batchMean;
    if (baseline === "group") return reward - sum / own.length;
    // One rollout alone has nothing to be compared with.
    return own.length < 2 ? 0 : reward - (sum - reward) / (own.length - 1);
  });
}

const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/** Of a sample; 0 under two values. */
function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const center = meanOf(values)!;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}
