// Owns: buckets column by column: one leaf each, where buckets would be ten fields a bucket, and only those that are asked for.
import { orNull } from "../metric-series.ts";
import type { MetricColumnsResolvers } from "../generated/schema-types.ts";

export const MetricColumns: MetricColumnsResolvers = {
  fromStep: ({ fromStep }) => Array.from(fromStep),
  toStep: ({ toStep }) => Array.from(toStep),
  from: ({ from }) => Array.from(from),
  to: ({ to }) => Array.from(to),
  min: ({ min }) => Array.from(min, orNull),
  max: ({ max }) => Array.from(max, orNull),
  mean: ({ mean }) => Array.from(mean, orNull),
  count: ({ count }) => Array.from(count),
  nonFinite: ({ nonFinite }) => Array.from(nonFinite),
  last: ({ last }) => Array.from(last),
};
