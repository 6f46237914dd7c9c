// Owns: intervals of a proportion: k of n. Must not know: of what.
import type { Interval } from "./interval.ts";
import { betaQuantile, normalQuantile } from "./special-functions.ts";

/** Wilson score interval without continuity correction (Wilson 1927). Throws RangeError unless 0 <= passes <= attempts and attempts > 0. */
export function wilson(passes: number, attempts: number, level = 0.95): Interval {
  check(passes, attempts);
  const z = normalQuantile(0.5 + level / 2);
  const p = passes / attempts;
  const shrink = 1 + (z * z) / attempts;
  const center = (p + (z * z) / (2 * attempts)) / shrink;
  const half = (z / shrink) * Math.sqrt((p * (1 - p)) / attempts + (z * z) / (4 * attempts * attempts));
  // At the ends the formula is exact in theory and off by rounding in practice.
  return {
    low: passes === 0 ? 0 : center - half,
    high: passes === attempts ? 1 : center + half,
    level,
    over: "ATTEMPTS",
    method: "WILSON",
  };
}

/** Exact interval of Clopper and Pearson (1934): never covers less than its level. Throws as `wilson`. */
export function clopperPearson(passes: number, attempts: number, level = 0.95): Interval {
  check(passes, attempts);
  const tail = (1 - level) / 2;
  return {
    low: passes === 0 ? 0 : betaQuantile(tail, passes, attempts - passes + 1),
    high: passes === attempts ? 1 : betaQuantile(1 - tail, passes + 1, attempts - passes),
    level,
    over: "ATTEMPTS",
    method: "CLOPPER_PEARSON",
  };
}

function check(passes: number, attempts: number): void {
  if (!(attempts > 0 && passes >= 0 && passes <= attempts)) throw new RangeError(`${passes} of ${attempts} is no proportion`);
}
