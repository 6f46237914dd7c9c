// Owns: Subscription.experimentEvents.
import { experimentStream } from "../../live/experiment-stream.ts";
import type { SubscriptionResolvers } from "../../generated/schema-types.ts";

export const experimentEvents: NonNullable<SubscriptionResolvers["experimentEvents"]> = {
  subscribe: (_parent, { experimentId, names, after }, context) => experimentStream(context, experimentId, names, after),
  resolve: (event: unknown) => event as never,
};
