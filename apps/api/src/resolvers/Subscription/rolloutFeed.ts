// Owns: Subscription.rolloutFeed.
import type { Stage } from "@gradus/domain/stage";
import type { RolloutNewsModel } from "../../mappers.ts";
import { pick } from "../../live/pick.ts";
import type { PlacedEvent } from "../../live/placed-event.ts";
import { runStream } from "../../live/run-stream.ts";
import type { SubscriptionResolvers } from "../../generated/schema-types.ts";

/** An update does nothing with rollouts but read them. */
const USUAL: readonly Stage[] = ["GENERATE", "EXECUTE", "REWARD"];

const isNews = (placed: PlacedEvent): placed is RolloutNewsModel =>
  placed.event.type === "STAGE_ENDED" && placed.event.outcome === "COMPLETED" && placed.event.step !== null;

export const rolloutFeed: NonNullable<SubscriptionResolvers["rolloutFeed"]> = {
  async subscribe(_parent, { runId, stages, after }, context) {
    const wanted = new Set(stages ?? USUAL);
    const events = await runStream(context, runId, after);
    return pick(events, (event) => (isNews(event) && wanted.has(event.event.stage) ? event : null));
  },
  resolve: (news: unknown) => news as never,
};
