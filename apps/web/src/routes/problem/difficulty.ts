// Owns: how hard a problem was for each arm's policy as it trained. Must not know: charts.

interface Tried {
  readonly policyVersion: number;
  readonly reward?: number | null;
  readonly group: { readonly runId?: string | null };
}

export interface Trajectory {
  /** One of the runs of its arm: whoever asks the API for it knows the arm. */
  readonly runId: string;
  readonly versions: number[];
  readonly shares: number[];
  readonly counts: number[];
}

/** A rollout passed where its reward is above one half. */
const passed = (tried: readonly Tried[]): number => tried.filter(({ reward }) => (reward ?? 0) > 0.5).length;
const credited = (rollouts: readonly Tried[]): readonly Tried[] => rollouts.filter(({ reward }) => reward != null);

/** A run's id without its seed: seeds of an arm belong together. */
const armKey = (runId: string): string => runId.replace(/\.[^.]*$/, "");

/** One for each arm of each experiment, seeds together. */
export function difficultyByArm(rollouts: readonly Tried[]): Trajectory[] {
  const ofRuns = credited(rollouts).flatMap((one) => (one.group.runId == null ? [] : [{ ...one, runId: one.group.runId }]));
  return [...Map.groupBy(ofRuns, ({ runId }) => armKey(runId)).values()].map((tried) => {
    const byVersion = [...Map.groupBy(tried, ({ policyVersion }) => policyVersion)].sort(([a], [b]) => a - b);
    return {
      runId: tried[0]?.runId ?? "",
      versions: byVersion.map(([version]) => version),
      shares: byVersion.map(([, same]) => passed(same) / same.length),
      counts: byVersion.map(([, same]) => same.length),
    };
  });
}

/** What was tried outside of any run: when the problem was measured. */
export function beforeTraining(rollouts: readonly Tried[]): { readonly passed: number; readonly tried: number } {
  const measured = credited(rollouts).filter(({ group }) => group.runId == null);
  return { passed: passed(measured), tried: measured.length };
}
