// Owns: a metric over steps with the seeds collapsed. Must not know: SQL, arms.
import type { MetricSeriesRows } from "@gradus/prisma/reading/metric-reader";
import type { ComparisonCurve } from "../generated/schema-types.ts";
import { toBuckets } from "../metric-series.ts";
import { overSeeds } from "./estimate.ts";

/** The least power of two that cuts `steps` steps into at most `maxPoints` buckets: one width for all runs, so that their buckets meet. */
export function bucketWidth(steps: number, maxPoints: number): number {
  let width = 1;
  while (Math.floor(steps / width) + 1 > maxPoints) width *= 2;
  return width;
}

/** At each bucket the mean over seeds of each seed's mean there. A seed that has not come so far is not in it: n says how many are. */
export function collapseSeeds(name: string, series: readonly MetricSeriesRows[], width: number): ComparisonCurve {
  const buckets = Map.groupBy(
    series.filter((one) => one.name === name).flatMap((one) => toBuckets(one.buckets)),
    ({ fromStep }) => Math.floor(fromStep / width),
  );
  const points = [...buckets]
    .toSorted(([a], [b]) => a - b)
    .map(([, seeds]) => ({
      step: Math.max(...seeds.map(({ toStep }) => toStep)),
      estimate: overSeeds(seeds.flatMap(({ mean }) => mean ?? [])),
    }));
  return { name, points };
}
