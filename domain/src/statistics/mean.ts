// Owns: means and their t intervals over seeds. Must not know: what was measured.
import type { Estimate } from "./interval.ts";
import { tQuantile } from "./special-functions.ts";

/** Throws RangeError on an empty list. */
export function mean(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("mean of nothing");
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Sample standard deviation (n - 1); null under two values. */
export function standardDeviation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const center = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - center) ** 2, 0) / (values.length - 1));
}

/** Mean over seeds with Student's t interval. Under two seeds there is no interval. Throws RangeError on an empty list. */
export function meanOverSeeds(values: readonly number[], level = 0.95): Estimate {
  const value = mean(values);
  const deviation = standardDeviation(values);
  if (deviation === null) return { value, n: values.length, interval: null, note: "one seed: no interval" };
  const half = (tQuantile(0.5 + level / 2, values.length - 1) * deviation) / Math.sqrt(values.length);
  const interval = { low: value - half, high: value + half, level, over: "SEEDS", method: "STUDENT_T" } as const;
  return {
    value,
    n: values.length,
    interval,
    note: values.length < 5 ? `only ${values.length} seeds: the interval is wide and assumes a normal spread` : null,
  };
}

/** Mean of the middle half, as rliable's (Agarwal et al. 2021) and scipy.stats.trim_mean(values, 0.25). Throws RangeError on an empty list. */
export function interquartileMean(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const cut = Math.floor(sorted.length / 4);
  return mean(sorted.slice(cut, sorted.length - cut));
}
