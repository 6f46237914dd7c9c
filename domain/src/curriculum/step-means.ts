// Owns: means over the groups of one step, for rules that update once a step. Must not know: which rule.

/** The step being gathered and, for each key, sum and count of what its groups brought. */
export interface StepMeans {
  step: number;
  sums: Record<string, [sum: number, count: number]>;
}

export const emptyStep = (): StepMeans => ({ step: 0, sums: {} });

/** Means by key of what was gathered so far. */
export function meansOf({ sums }: StepMeans): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).map(([key, [sum, count]]) => [key, sum / count]));
}

/**
 * Adds a value. Where it belongs to another step than the gathered ones, those are complete: `close` gets their means first. Draws look
 * through `meansOf` at the open step, so they see it without changing the state.
 */
export function gather(means: StepMeans, step: number, key: string, value: number, close: (means: Record<string, number>) => void): void {
  if (step !== means.step) {
    if (Object.keys(means.sums).length > 0) close(meansOf(means));
    means.step = step;
    means.sums = {};
  }
  const before = means.sums[key] ?? [0, 0];
  means.sums[key] = [before[0] + value, before[1] + 1];
}
