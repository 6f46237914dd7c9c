// Owns: differences between two arms, paired by seed or by problem. Must not know: arms, runs, metrics as objects.
import { bootstrapMean } from "./bootstrap.ts";
import type { Estimate } from "./interval.ts";
import { mean, meanOverSeeds, standardDeviation } from "./mean.ts";
import { betaCdf, tCdf } from "./special-functions.ts";

/** b - a. */
export interface PairedDifference extends Estimate {
  /** Two-sided p of the paired t-test against no difference; null under two pairs or where all differences are alike. */
  readonly pValue: number | null;
  /** Seeds that only one side has: left out of the difference, to be said beside it. */
  readonly unmatched: readonly number[];
  readonly differences: readonly { readonly seed: number; readonly difference: number }[];
}

/**
 * Mean of b - a over the seeds both have, with the t interval over seeds; no interval where all differences are alike, as rates of few problems easily are
 * for two seeds: it would have no width, and call anything significant. Null where they share none.
 */
export function pairBySeed(a: ReadonlyMap<number, number>, b: ReadonlyMap<number, number>, level = 0.95): PairedDifference | null {
  const seeds = [...new Set([...a.keys(), ...b.keys()])].sort((x, y) => x - y);
  const shared = seeds.filter((seed) => a.has(seed) && b.has(seed));
  if (shared.length === 0) return null;
  const differences = shared.map((seed) => ({ seed, difference: b.get(seed)! - a.get(seed)! }));
  const values = differences.map(({ difference }) => difference);
  const deviation = standardDeviation(values);
  const n = values.length;
  const size = Math.abs(mean(values));
  const areAlike = deviation !== null && deviation <= ROUNDING * size;
  const pValue = deviation === null || areAlike ? null : 2 * tCdf((-size * Math.sqrt(n)) / deviation, n - 1);
  const estimate = meanOverSeeds(values, level);
  return {
    ...estimate,
    // Of a difference of nothing there is nothing to doubt.
    ...(areAlike && size > 0
      ? { interval: null, note: `all ${n} differences are alike: they do not tell how far another seed's would be` }
      : {}),
    pValue,
    unmatched: seeds.filter((seed) => !shared.includes(seed)),
    differences,
  };
}

/** Rates of the same counts differ by this share of themselves at most, from rounding alone. */
const ROUNDING = 1e-9;

/** c of n samples of one problem were right. */
export interface ProblemCount {
  readonly correct: number;
  readonly samples: number;
}

/**
 * Mean over problems of the difference b - a in the share of right samples, with a bootstrap interval over problems (each resample takes
 * a problem's both sides together). It speaks of these policies on such problems, not of other seeds. Null where no problem is shared.
 */
export function pairByProblem(
  a: ReadonlyMap<string, ProblemCount>,
  b: ReadonlyMap<string, ProblemCount>,
  seed: number,
  level = 0.95,
): Estimate | null {
  const shared = [...a.keys()].filter((id) => b.has(id)).sort();
  if (shared.length === 0) return null;
  const share = ({ correct, samples }: ProblemCount): number => correct / samples;
  return bootstrapMean(
    shared.map((id) => share(b.get(id)!) - share(a.get(id)!)),
    { seed, level, over: "PROBLEMS" },
  );
}

export interface McNemar {
  /** Problems only a has right, and only b. */
  readonly onlyA: number;
  readonly onlyB: number;
  /** Two-sided exact binomial p. */
  readonly pValue: number;
}

/** McNemar's exact test over problems that each side solved or not. Problems only one side has are left out. */
export function mcNemar(a: ReadonlyMap<string, boolean>, b: ReadonlyMap<string, boolean>): McNemar {
  const shared = [...a.keys()].filter((id) => b.has(id));
  const onlyA = shared.filter((id) => a.get(id) && !b.get(id)).length;
  const onlyB = shared.filter((id) => !a.get(id) && b.get(id)).length;
  const n = onlyA + onlyB;
  // P(Binomial(n, 1/2) <= k) = I_1/2(n - k, k + 1).
  const tail = n === 0 ? 1 : betaCdf(0.5, n - Math.min(onlyA, onlyB), Math.min(onlyA, onlyB) + 1);
  return { onlyA, onlyB, pValue: Math.min(1, 2 * tail) };
}
