// Owns: percentile bootstrap intervals, seeded. Must not know: what was measured.
import { stream } from "../random.ts";
import type { Estimate, IntervalOver } from "./interval.ts";
import { mean } from "./mean.ts";

/** Fewer seeds than this have too few distinct resamples: a bootstrap over them is narrower than the truth. */
export const MIN_SEEDS_TO_BOOTSTRAP = 5;

export interface BootstrapOptions {
  /** Names the stream of resamples: the same data and seed give the same interval. */
  readonly seed: number;
  readonly over: Exclude<IntervalOver, "ATTEMPTS">;
  readonly resamples?: number;
  readonly level?: number;
}

/**
 * Mean with its percentile bootstrap interval (Efron 1979), resampling whole items. Over fewer than 5 seeds, or under 2 problems, there
 * is no interval. Throws RangeError on an empty list.
 */
export function bootstrapMean(values: readonly number[], options: BootstrapOptions): Estimate {
  const { seed, over, resamples = 10_000, level = 0.95 } = options;
  const n = values.length;
  const value = mean(values);
  const least = over === "SEEDS" ? MIN_SEEDS_TO_BOOTSTRAP : 2;
  if (n < least) return { value, n, interval: null, note: `no bootstrap over fewer than ${least} ${over.toLowerCase()}` };
  const random = stream(`bootstrap/${over}/${seed}`);
  const means = Float64Array.from({ length: resamples }, () => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += values[random.int(n)]!;
    return sum / n;
  }).sort();
  const [low, high] = [quantile(means, (1 - level) / 2), quantile(means, (1 + level) / 2)];
  return { value, n, interval: { low, high, level, over, method: "BOOTSTRAP_PERCENTILE" }, note: null };
}

/** Linear interpolation between order statistics (type 7, numpy's default) of sorted values. */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  const at = (sorted.length - 1) * p;
  const below = Math.floor(at);
  const low = sorted[below]!;
  return low + (at - below) * ((sorted[below + 1] ?? low) - low);
}
