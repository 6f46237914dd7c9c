// Owns: the last value of each metric of each run. Must not know: arms, estimates.
import type { MetricPoint } from "@gradus/domain/metric";
import { mean } from "@gradus/domain/statistics";
import type { RunRow } from "@gradus/prisma/rows";
import type { SeedValue } from "../generated/schema-types.ts";

export class RunValues {
  readonly #values: ReadonlyMap<string, number>;

  constructor(points: readonly (MetricPoint & { readonly runId: string })[]) {
    this.#values = new Map(points.map(({ runId, name, value }) => [key(runId, name), value]));
  }

  /** Of runs that have one, non-finite ones included, in their order. */
  perSeed(runs: readonly RunRow[], metric: string): SeedValue[] {
    return runs.flatMap(({ id, seed }) => {
      const value = this.#values.get(key(id, metric));
      return value === undefined ? [] : [{ seed, runId: id, value }];
    });
  }

  /** Seed -> value, where it is finite: the mean of those of its runs. */
  finite(runs: readonly RunRow[], metric: string): Map<number, number> {
    return meanBySeed(this.perSeed(runs, metric).filter(({ value }) => Number.isFinite(value)));
  }

  /** Metric -> seeds without a value, for metrics that lack one. */
  missing(runs: readonly RunRow[], metrics: readonly string[]): Map<string, number[]> {
    return seedsBy(metrics, (metric) => runs.filter(({ id }) => !this.#values.has(key(id, metric))).map(({ seed }) => seed));
  }

  /** Metric -> seeds whose value is not finite, for metrics that have one. */
  nonFinite(runs: readonly RunRow[], metrics: readonly string[]): Map<string, number[]> {
    return seedsBy(metrics, (metric) => this.perSeed(runs, metric).flatMap(({ seed, value }) => (Number.isFinite(value) ? [] : [seed])));
  }
}

/** Several runs of one seed are one sample of it: their mean. */
export const meanBySeed = (values: readonly { readonly seed: number; readonly value: number }[]): Map<number, number> =>
  new Map([...Map.groupBy(values, ({ seed }) => seed)].map(([seed, of]) => [seed, mean(of.map(({ value }) => value))]));

const key = (runId: string, metric: string): string => `${runId}\n${metric}`;

const seedsBy = (metrics: readonly string[], seedsOf: (metric: string) => number[]): Map<string, number[]> =>
  new Map(metrics.map((metric) => [metric, seedsOf(metric)] as const).filter(([, seeds]) => seeds.length > 0));
