// Owns: what of some steps' time went into which stage, and what into waiting for one. Must not know: components.

export const STAGES = ["GENERATE", "EXECUTE", "REWARD", "UPDATE"] as const;
export type StageName = (typeof STAGES)[number];

export interface Attempted {
  readonly id: string;
  readonly stage: StageName;
  readonly startedAt: string;
  readonly endedAt?: string | null;
}

export interface Wait {
  /** The attempt that came after it. */
  readonly id: string;
  readonly stage: StageName;
  /** Milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
}

/** Nothing of the step ran between `from` and `to`: its next stage stood in line, or its task was on the way. Attempts that overlap leave no wait. */
export function waitsOf(executions: readonly Attempted[], since: string): Wait[] {
  const inOrder = executions.toSorted((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt));
  let reached = Date.parse(since);
  return inOrder.flatMap(({ id, stage, startedAt, endedAt }) => {
    const began = Date.parse(startedAt);
    const from = reached;
    reached = Math.max(reached, endedAt == null ? Infinity : Date.parse(endedAt));
    return began > from ? [{ id, stage, from, to: began }] : [];
  });
}

export interface TimeShare {
  readonly what: StageName | "WAITING";
  readonly ms: number;
  readonly share: number;
}

/** Of ended attempts and the waits before them; empty where nothing has ended. */
export function timeShares(steps: readonly { readonly startedAt: string; readonly stageExecutions: readonly Attempted[] }[]): TimeShare[] {
  const ms = new Map<TimeShare["what"], number>();
  for (const { startedAt, stageExecutions } of steps) {
    for (const { stage, startedAt: began, endedAt } of stageExecutions)
      if (endedAt != null) ms.set(stage, (ms.get(stage) ?? 0) + Date.parse(endedAt) - Date.parse(began));
    for (const { from, to } of waitsOf(stageExecutions, startedAt)) ms.set("WAITING", (ms.get("WAITING") ?? 0) + to - from);
  }
  const total = [...ms.values()].reduce((sum, value) => sum + value, 0);
  if (total === 0) return [];
  return [...STAGES, "WAITING" as const].flatMap((what) => {
    const spent = ms.get(what);
    return spent === undefined ? [] : [{ what, ms: spent, share: spent / total }];
  });
}
