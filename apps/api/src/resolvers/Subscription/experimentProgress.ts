// Owns: Subscription.experimentProgress.
import { progressStream } from "../../live/progress-stream.ts";
import type { SubscriptionResolvers } from "../../generated/schema-types.ts";

export const experimentProgress: NonNullable<SubscriptionResolvers["experimentProgress"]> = {
  subscribe: (_parent, { experimentId, after }, context) => progressStream(context, experimentId, after),
  resolve: (progress: unknown) => progress as never,
};
