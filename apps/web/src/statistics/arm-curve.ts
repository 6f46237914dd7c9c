// Owns: a metric over steps with an arm's seeds collapsed: mean, 95% band, n. Must not know: charts, colours.
import type { FoldedMean, FoldedSeries } from "./folded-series.ts";
import { meanOverSeeds } from "./t-interval.ts";
import type { SeedMean } from "./t-interval.ts";

export interface CurvePlace extends SeedMean {
  /** Last step of the bucket. */
  readonly step: number;
}

/**
 * At each bucket the mean over seeds of each seed's mean there, which is that of its runs where it has several; a seed that has not come so far is not in
 * it, and n says so. `seeds`: of each the series of its runs.
 */
export function armCurve(seeds: readonly (readonly FoldedSeries[])[], width = commonWidth(seeds.flat())): CurvePlace[] {
  const [only, ...others] = seeds;
  if (only !== undefined && others.length === 0)
    return seedMeans(only, width).map(({ step, mean }) => ({ step, mean, low: null, high: null, n: 1 }));
  const places = new Map<number, { step: number; values: number[] }>();
  for (const seed of seeds) {
    for (const { at, step, mean } of seedMeans(seed, width)) {
      const place = places.get(at);
      if (place === undefined) places.set(at, { step, values: [mean] });
      else {
        place.step = Math.max(place.step, step);
        place.values.push(mean);
      }
    }
  }
  return [...places]
    .sort(([a], [b]) => a - b)
    .flatMap(([, { step, values }]) => {
      const estimate = meanOverSeeds(values);
      return estimate === null ? [] : [{ step, ...estimate }];
    });
}

function seedMeans(runs: readonly FoldedSeries[], width: number): readonly Pick<FoldedMean, "at" | "step" | "mean">[] {
  const [only, ...others] = runs;
  if (only !== undefined && others.length === 0) return only.means(width);
  return [
    ...Map.groupBy(
      runs.flatMap((run) => run.means(width)),
      ({ at }) => at,
    ),
  ]
    .sort(([a], [b]) => a - b)
    .map(([at, means]) => ({
      at,
      step: Math.max(...means.map(({ step }) => step)),
      mean: means.reduce((sum, { mean }) => sum + mean, 0) / means.length,
    }));
}

/** The widest bucket of any: widths are powers of two, so narrower ones fall into it whole. */
export const commonWidth = (seeds: readonly FoldedSeries[]): number => Math.max(1, ...seeds.map(({ width }) => width));
