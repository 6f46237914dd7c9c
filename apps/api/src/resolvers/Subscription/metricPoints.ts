// Owns: Subscription.metricPoints.
import { pointStream } from "../../live/point-stream.ts";
import type { SubscriptionResolvers } from "../../generated/schema-types.ts";

export const metricPoints: NonNullable<SubscriptionResolvers["metricPoints"]> = {
  subscribe: (_parent, { runId, names, after }, context) => pointStream(context, runId, names, after),
  resolve: (batch: unknown) => batch as never,
};
