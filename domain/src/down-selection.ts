// Owns: which rollouts of a group the update uses (strategy 22 of paper section 7, PODS). Must not know: where rewards come from.
import { z } from "zod";

export const DownSelection = z.strictObject({
  /** max-variance: PODS (arXiv 2504.13818). max-reward and first are its baselines. */
  kind: z.enum(["max-variance", "max-reward", "first"]).default("max-variance"),
  /** m: rollouts of a group that the update uses. PODS generates n = 64 and keeps 16. */
  rollouts: z.number().int().min(2),
});
export type DownSelection = z.infer<typeof DownSelection>;

/**
 * Indexes, rising, of the rollouts kept of a group; those without a reward never are. The largest variance of m of n lies in some i smallest
 * and m - i largest (PODS, theorem 1), so n log n for the sort and m + 1 splits from running sums are enough.
 */
export function selectRollouts(rewards: readonly (number | null)[], { kind, rollouts }: DownSelection): number[] {
  const credited = rewards.flatMap((reward, index) => (reward === null ? [] : [{ reward, index }]));
  if (credited.length <= rollouts) return credited.map(({ index }) => index);
  if (kind === "first") return credited.slice(0, rollouts).map(({ index }) => index);
  const sorted = credited.toSorted((a, b) => a.reward - b.reward || a.index - b.index);
  const low =
    kind === "max-reward"
      ? 0
      : smallestOf(
          sorted.map(({ reward }) => reward),
          rollouts,
        );
  return [...sorted.slice(0, low), ...sorted.slice(sorted.length - (rollouts - low))].map(({ index }) => index).toSorted((a, b) => a - b);
}

/** How many of the m come from the low end for the largest variance; the most even split of equals. */
function smallestOf(sorted: readonly number[], m: number): number {
  const sums = [0];
  const squares = [0];
  for (const value of sorted) {
    sums.push(sums.at(-1)! + value);
    squares.push(squares.at(-1)! + value * value);
  }
  const n = sorted.length;
  const variance = (low: number): number => {
    const of = (totals: readonly number[]): number => (totals[low]! + totals[n]! - totals[n - (m - low)]!) / m;
    return of(squares) - of(sums) ** 2;
  };
  let best = Math.floor(m / 2);
  for (let low = 0; low <= m; low++) {
    const gain = variance(low) - variance(best);
    if (gain > 1e-12 || (Math.abs(gain) <= 1e-12 && Math.abs(low - m / 2) < Math.abs(best - m / 2))) best = low;
  }
  return best;
}
