// Owns: credit inside a group. Must not know: gates, verdicts, the database, how the update uses the numbers.

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
  const known = rewards.filter((reward) => reward !== null);
  const baseline = known.length === 0 ? null : known.reduce((sum, reward) => sum + reward, 0) / known.length;
  return {
    advantages: rewards.map((reward) => (reward === null || baseline === null ? null : reward - baseline)),
    baseline,
    credited: known.length,
    refused: known.length * 2 < rewards.length || known.length === 0 ? "UNDER_HALF_CREDITED" : null,
  };
}
