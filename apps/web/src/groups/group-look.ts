// Owns: how a group of runs looks beside arms that have looks of their own. Must not know: charts.

interface Arm {
  readonly id: string;
  readonly ordinal: number;
}

/** A group that is one arm looks like it; any other, by its place, like no arm. */
export function groupLook(
  arms: readonly Arm[],
  runs: readonly { readonly id: string; readonly arm: { readonly id: string } }[],
): (runIds: readonly string[], at: number) => number {
  const armOf = new Map(runs.map(({ id, arm }) => [id, arm.id]));
  const sizes = Map.groupBy(runs, ({ arm }) => arm.id);
  return (runIds, at) => {
    const [only, ...others] = new Set(runIds.map((id) => armOf.get(id)));
    const arm = others.length === 0 ? arms.find(({ id }) => id === only) : undefined;
    return arm !== undefined && sizes.get(arm.id)?.length === runIds.length ? arm.ordinal : arms.length + at;
  };
}
