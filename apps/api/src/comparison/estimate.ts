// Owns: the domain's estimates and paired differences as the schema shows them. Must not know: where values come from.
import { excludes, meanOverSeeds, pairBySeed, verdictSentence } from "@gradus/domain/statistics";
import type { Estimate as DomainEstimate } from "@gradus/domain/statistics";
import type { Estimate, MatchedDifference } from "../generated/schema-types.ts";

export const toEstimate = ({ value, n, interval, note }: DomainEstimate): Estimate => ({
  mean: value,
  low: interval?.low ?? null,
  high: interval?.high ?? null,
  n,
  note,
});

export const overSeeds = (values: readonly number[]): Estimate =>
  values.length === 0 ? { mean: null, low: null, high: null, n: 0, note: "no seed has a value" } : toEstimate(meanOverSeeds(values));

export const excludesZero = ({ interval }: DomainEstimate): boolean => interval !== null && excludes(interval, 0);

export interface Side {
  readonly name: string;
  /** Seed -> finite value. */
  readonly values: ReadonlyMap<number, number>;
}

/** `arm` minus `baseline` over the seeds that both have; null where they share none. */
export function matchedDifference(metric: string, baseline: Side, arm: Side): MatchedDifference | null {
  const difference = pairBySeed(baseline.values, arm.values);
  if (difference === null) return null;
  return {
    estimate: toEstimate(difference),
    perSeed: difference.differences.map(({ seed, difference: value }) => ({ seed, value })),
    excludesZero: excludesZero(difference),
    sentence: verdictSentence(difference, { metric, a: baseline.name, b: arm.name }),
  };
}
