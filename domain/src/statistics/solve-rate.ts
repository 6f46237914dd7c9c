// Owns: how much of a set has been solved as training goes on, in both readings of the paper's Figure 9. Must not know: where groups are stored.

export interface SolvedGroup {
  readonly step: number;
  readonly problemId: string;
  readonly passes: number;
  readonly attempts: number;
}

export interface CumulativeSolveRate {
  readonly step: number;
  /** Successes of all attempts so far. */
  readonly ofAttempts: number;
  /** Problems of the set that were solved at least once so far. */
  readonly ofProblems: number;
}

/**
 * One point for each step that has groups, in rising order. The paper prints `cumulative solve rate` without saying which of the two it
 * means: both are given. Attempts without credit are left out by the caller. Throws RangeError unless `problems` is over 0.
 */
export function cumulativeSolveRate(groups: readonly SolvedGroup[], problems: number): CumulativeSolveRate[] {
  if (!(problems > 0)) throw new RangeError("a rate needs problems to be of");
  const solved = new Set<string>();
  let [passes, attempts] = [0, 0];
  return [...Map.groupBy(groups, ({ step }) => step)]
    .toSorted(([a], [b]) => a - b)
    .map(([step, members]) => {
      for (const group of members) {
        passes += group.passes;
        attempts += group.attempts;
        if (group.passes > 0) solved.add(group.problemId);
      }
      return { step, ofAttempts: attempts === 0 ? 0 : passes / attempts, ofProblems: solved.size / problems };
    });
}
