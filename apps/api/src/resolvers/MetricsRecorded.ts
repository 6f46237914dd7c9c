// Owns: the points of a MetricsRecorded event as objects.
import { toPoints } from "../live/metric-points.ts";
import type { MetricsRecordedResolvers } from "../generated/schema-types.ts";

export const MetricsRecorded: MetricsRecordedResolvers = { points: ({ points }) => toPoints(points) };
