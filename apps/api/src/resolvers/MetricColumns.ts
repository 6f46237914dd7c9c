// Owns: buckets column by column: one leaf each, where buckets would be ten fields a bucket, and only those that are asked for.
import { orNull } from "../metric-series.ts";
import type { MetricColumnsResolvers } from "../generated/schema-types.ts";

export const MetricColumns: MetricColumnsResolvers = {
  fromStep: ({ fromStep }) => fromStep,
  toStep: ({ toStep }) => toStep,
  from: ({ from }) => from,
  to: ({ to }) => to,
  min: ({ min }) => orNulls(min),
  max: ({ max }) => orNulls(max),
  mean: ({ mean }) => orNulls(mean),
  count: ({ count }) => count,
  nonFinite: ({ nonFinite }) => nonFinite,
  last: ({ last }) => last,
};

/** Most columns have no null in them and are written as they are. */
const orNulls = (column: Float64Array): ArrayLike<number | null> => (column.some(Number.isNaN) ? Array.from(column, orNull) : column);
