// Owns: how small a difference a comparison can see, before it is paid for. Must not know: what is compared.
import { tQuantile } from "./special-functions.ts";

/**
 * Smallest true difference that a paired t-test over `seeds` matched seeds at `level` finds with probability `power`, when the differences have
 * standard deviation `deviation` (Cohen 1988: (t of level + t of power) sd / sqrt n, n - 1 degrees of freedom; a little too small under 5 seeds).
 * Throws RangeError under two seeds.
 */
export function smallestDetectableDifference(seeds: number, deviation: number, { level = 0.95, power = 0.8 } = {}): number {
  if (seeds < 2) throw new RangeError("one seed shows no spread: no difference can be told from it");
  return ((tQuantile(0.5 + level / 2, seeds - 1) + tQuantile(power, seeds - 1)) * deviation) / Math.sqrt(seeds);
}

/** Of runs that nobody has seen yet: how far seeds spread, and a rate near which held-out pass@1 ends (sampling noise is largest at one half). */
export const ASSUMED_OF_STUDIES = {
  /** Standard deviation over seeds of held-out pass@1 after training: three quickstart runs, docs/log.md. */
  spread: 0.014,
  rate: 0.4,
};

/**
 * The same of held-out pass@1, where every evaluation has so many `answers` (problems x samples) and nothing is taken to be shared between the arms of a seed.
 * Throws RangeError under two seeds.
 */
export function detectableInStudy(
  seeds: number,
  answers: number,
  { spread, rate }: typeof ASSUMED_OF_STUDIES = ASSUMED_OF_STUDIES,
): number {
  return smallestDetectableDifference(seeds, Math.sqrt(2 * (spread ** 2 + (rate * (1 - rate)) / answers)));
}
