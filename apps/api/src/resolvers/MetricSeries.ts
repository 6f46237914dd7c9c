// Owns: the two shapes of a metric series' buckets.
import { toBuckets } from "../metric-series.ts";
import type { MetricSeriesResolvers } from "../generated/schema-types.ts";

export const MetricSeries: MetricSeriesResolvers = {
  buckets: ({ folded }) => toBuckets(folded),
  columns: ({ folded }) => folded,
};
