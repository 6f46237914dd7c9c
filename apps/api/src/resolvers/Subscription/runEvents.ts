// Owns: Subscription.runEvents.
import { runStream } from "../../live/run-stream.ts";
import type { SubscriptionResolvers } from "../../generated/schema-types.ts";

export const runEvents: NonNullable<SubscriptionResolvers["runEvents"]> = {
  subscribe: (_parent, { runId, after }, context) => runStream(context, runId, after),
  resolve: (event: unknown) => event as never,
};
