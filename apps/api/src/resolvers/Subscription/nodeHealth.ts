// Owns: Subscription.nodeHealth.
import { nodeStream } from "../../live/node-stream.ts";
import type { SubscriptionResolvers } from "../../generated/schema-types.ts";

export const nodeHealth: NonNullable<SubscriptionResolvers["nodeHealth"]> = {
  subscribe: (_parent, { after }, context) => nodeStream(context, after),
  resolve: (health: unknown) => health as never,
};
