// Owns: a metric over steps with the seeds collapsed. Must not know: SQL, arms.
import type { MetricSeriesRows } from "@gradus/prisma/reading/metric-reader";
import type { RunRow } from "@gradus/prisma/rows";
import type { ComparisonCurve } from "../generated/schema-types.ts";
import { toBuckets } from "../metric-series.ts";
import { overSeeds } from "./estimate.ts";
import { meanBySeed } from "./run-values.ts";

/** The least power of two that cuts `steps` steps into at most `maxPoints` buckets: one width for all runs, so that their buckets meet. */
export function bucketWidth(steps: number, maxPoints: number): number {
  let width = 1;
  while (Math.floor(steps / width) + 1 > maxPoints) width *= 2;
  return width;
}

/**
 * At each bucket the mean over seeds of each seed's mean there, which is that of its runs where it has several. A seed that has not come so far is not
 * in it: n says how many are.
 */
export function collapseSeeds(
  name: string,
  runs: readonly Pick<RunRow, "id" | "seed">[],
  seriesOf: ReadonlyMap<string, readonly MetricSeriesRows[]>,
  width: number,
): ComparisonCurve {
  const buckets = Map.groupBy(
    runs.flatMap(({ id, seed }) =>
      (seriesOf.get(id) ?? [])
        .filter((one) => one.name === name)
        .flatMap((one) => toBuckets(one.buckets).map((bucket) => ({ seed, bucket }))),
    ),
    ({ bucket }) => Math.floor(bucket.fromStep / width),
  );
  const points = [...buckets]
    .toSorted(([a], [b]) => a - b)
    .map(([, there]) => ({
      step: Math.max(...there.map(({ bucket }) => bucket.toStep)),
      estimate: overSeeds([
        ...meanBySeed(there.flatMap(({ seed, bucket: { mean } }) => (mean == null ? [] : [{ seed, value: mean }]))).values(),
      ]),
    }));
  return { name, points };
}
