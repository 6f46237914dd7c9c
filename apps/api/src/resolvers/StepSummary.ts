// Owns: the buckets of a StepSummary as lists.
import type { StepSummaryResolvers } from "../generated/schema-types.ts";

export const StepSummary: StepSummaryResolvers = {
  passRateByBucket: ({ passRateByBucket }) => Object.entries(passRateByBucket).map(([bucket, value]) => ({ bucket, value })),
  drawnByBucket: ({ drawnByBucket }) => Object.entries(drawnByBucket).map(([bucket, count]) => ({ bucket, count })),
};
