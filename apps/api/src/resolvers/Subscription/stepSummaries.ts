// Owns: Subscription.stepSummaries.
import type { StepNewsModel } from "../../mappers.ts";
import { pick } from "../../live/pick.ts";
import type { PlacedEvent } from "../../live/placed-event.ts";
import { runStream } from "../../live/run-stream.ts";
import type { SubscriptionResolvers } from "../../generated/schema-types.ts";

const isStepNews = (placed: PlacedEvent): placed is StepNewsModel => placed.event.type === "STEP_COMPLETED";

export const stepSummaries: NonNullable<SubscriptionResolvers["stepSummaries"]> = {
  subscribe: async (_parent, { runId, after }, context) =>
    pick(await runStream(context, runId, after), (event) => (isStepNews(event) ? event : null)),
  resolve: (step: unknown) => step as never,
};
