// Owns: the points and ranges of a MetricsRecorded event as objects.
import { toPoints, toRanges } from "../live/metric-points.ts";
import type { MetricsRecordedResolvers } from "../generated/schema-types.ts";

export const MetricsRecorded: MetricsRecordedResolvers = {
  points: ({ points }) => toPoints(points),
  ranges: ({ ranges }) => toRanges(ranges),
};
