// Owns: what becomes of a run's raw points once it is old. Must not know: SQL, clocks.
import { z } from "zod";

/** `afterDays` null: points are kept as they are. `keepEverySteps` null: then all of them go. */
export const RetentionPolicy = z.strictObject({
  afterDays: z.number().positive().max(36_500).nullable(),
  keepEverySteps: z.number().int().min(1).max(1_000_000_000).nullable(),
});
export type RetentionPolicy = z.infer<typeof RetentionPolicy>;

/**
 * Which of a series' current points stay, as indexes: the last of every `everySteps` steps, counted from step 0, the first of all, and every one that is
 * not finite. `steps` ascend, each once.
 */
export function pointsToKeep(steps: ArrayLike<number>, values: ArrayLike<number>, everySteps: number): number[] {
  const kept: number[] = [];
  for (let at = 0; at < steps.length; at++) {
    const next = steps[at + 1];
    const isLast = next === undefined || Math.floor((steps[at] as number) / everySteps) !== Math.floor(next / everySteps);
    if (at === 0 || isLast || !Number.isFinite(values[at])) kept.push(at);
  }
  return kept;
}
