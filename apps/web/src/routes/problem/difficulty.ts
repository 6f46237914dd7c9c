// Owns: how hard a problem was for each arm's policy as it trained. Must not know: charts.

interface Tried {
  readonly policyVersion: number;
  readonly reward?: number | null;
  readonly group: { readonly runId?: string | null };
}

export interface Trajectory {
  readonly name: string;
  readonly versions: number[];
  readonly shares: number[];
  readonly counts: number[];
}

/** By `experiment.arm`, seeds together; what belongs to no run is `before training`. A rollout passed where its reward is above one half. */
export function difficultyLines(rollouts: readonly Tried[]): Trajectory[] {
  const credited = rollouts.filter(({ reward }) => reward != null);
  const byArm = Map.groupBy(credited, ({ group }) => (group.runId == null ? "before training" : group.runId.replace(/\.[^.]*$/, "")));
  return [...byArm].map(([name, tried]) => {
    const byVersion = [...Map.groupBy(tried, ({ policyVersion }) => policyVersion)].sort(([a], [b]) => a - b);
    return {
      name,
      versions: byVersion.map(([version]) => version),
      shares: byVersion.map(([, same]) => same.filter(({ reward }) => (reward ?? 0) > 0.5).length / same.length),
      counts: byVersion.map(([, same]) => same.length),
    };
  });
}
