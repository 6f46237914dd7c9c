// Owns: the domain's estimates and paired differences as the schema shows them. Must not know: where values come from.
import {
  bootstrapMean,
  excludes,
  holm,
  interquartileMean,
  meanOverSeeds,
  pairBySeed,
  probabilityOfImprovement,
  verdictSentence,
} from "@gradus/domain/statistics";
import type { Estimate as DomainEstimate } from "@gradus/domain/statistics";
import type { Estimate, MatchedDifference, SeedValue } from "../generated/schema-types.ts";
import type { ComparedMetric } from "./comparison-types.ts";

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
    pValue: difference.pValue,
    pAdjusted: null,
    perSeed: difference.differences.map(({ seed, difference: value }) => ({ seed, value })),
    excludesZero: excludesZero(difference),
    sentence: verdictSentence(difference, { metric, a: baseline.name, b: arm.name }),
  };
}

/** `seed` names the resamples: the same values give the same interval. */
const BOOTSTRAP = { seed: 0, resamples: 2_000, over: "SEEDS" } as const;

/** All that is said of one metric of one arm. `baseline` null: it is the baseline, or there is none. */
export function comparedMetric(name: string, arm: Side, perSeed: SeedValue[], baseline: Side | null): ComparedMetric {
  const values = [...arm.values.values()];
  const others = baseline === null ? [] : [...baseline.values.values()];
  return {
    name,
    estimate: overSeeds(values),
    perSeed,
    interquartileMean: values.length === 0 ? null : interquartileMean(values),
    bootstrap: () => (values.length === 0 ? overSeeds(values) : toEstimate(bootstrapMean(values, BOOTSTRAP))),
    difference: baseline === null ? null : matchedDifference(name, baseline, arm),
    probabilityOfImprovement: values.length === 0 || others.length === 0 ? null : probabilityOfImprovement(others, values),
  };
}

/** The metrics of arms with Holm's correction over all of their differences together. */
export function corrected(arms: readonly (readonly ComparedMetric[])[]): ComparedMetric[][] {
  const known = arms.flatMap((metrics) => metrics.flatMap(({ difference }) => difference?.pValue ?? []));
  const adjusted = holm(known)[Symbol.iterator]();
  return arms.map((metrics) =>
    metrics.map((metric) =>
      metric.difference?.pValue == null
        ? metric
        : { ...metric, difference: { ...metric.difference, pAdjusted: adjusted.next().value ?? null } },
    ),
  );
}
