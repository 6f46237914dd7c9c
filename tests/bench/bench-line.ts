// Owns: one figure of a benchmark, and the summary of repeated measurements. Must not know: what is measured, how figures are printed.

/** One figure. `value` is the median of `n` measurements. */
export interface BenchLine {
  readonly bench: string;
  readonly metric: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly n: number;
  readonly unit: string;
  /** What was aimed for, in words that carry the direction: `<= 0.40`. */
  readonly goal?: string;
  /** True only when the goal is met. */
  readonly ok?: boolean;
  /** Whose figure it is, where it is not ours. */
  readonly peer?: string;
}

/** A bench: `tests/bench/<name>.ts` exports one as default. It calls `report` as soon as a figure is known. `flags`: what was asked for, as `--quick`. */
export type Bench = (report: (line: BenchLine) => void, flags: ReadonlySet<string>) => Promise<void>;

export interface Goal {
  readonly atMost?: number;
  readonly atLeast?: number;
}

export interface Measured {
  readonly bench: string;
  readonly metric: string;
  readonly unit: string;
  readonly values: readonly number[];
  readonly goal?: Goal;
  readonly peer?: string;
}

/** Median, range and verdict of measurements. @throws RangeError on none */
export function benchLine({ bench, metric, unit, values, goal, peer }: Measured): BenchLine {
  const sorted = values.toSorted((a, b) => a - b);
  const [min, max] = [sorted[0], sorted.at(-1)];
  if (min === undefined || max === undefined) throw new RangeError(`${bench} ${metric} has no measurement`);
  const value = ((sorted[(sorted.length - 1) >> 1] ?? min) + (sorted[sorted.length >> 1] ?? max)) / 2;
  return { bench, metric, value, min, max, n: sorted.length, unit, ...(goal ? verdict(value, goal) : {}), ...(peer ? { peer } : {}) };
}

function verdict(value: number, { atMost, atLeast }: Goal): { readonly goal: string; readonly ok: boolean } {
  const parts = [atLeast === undefined ? [] : [`>= ${atLeast}`], atMost === undefined ? [] : [`<= ${atMost}`]].flat();
  return { goal: parts.join(" and "), ok: value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity) };
}
