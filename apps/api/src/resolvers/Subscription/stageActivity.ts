// Owns: Subscription.stageActivity.
import { experimentStream } from "../../live/experiment-stream.ts";
import { pick } from "../../live/pick.ts";
import type { StageActivity, SubscriptionResolvers } from "../../generated/schema-types.ts";

export const stageActivity: NonNullable<SubscriptionResolvers["stageActivity"]> = {
  async subscribe(_parent, { experimentId, stages, after }, context) {
    const wanted = stages ? new Set(stages) : null;
    return pick(
      await experimentStream(context, experimentId, [], after),
      ({ event, runId, at, cursor }): Omit<StageActivity, "__typename"> | null => {
        if (event.type !== "STAGE_ENDED" || runId === null || wanted?.has(event.stage) === false) return null;
        const { step, stage, attempt, outcome, nodeId } = event;
        return { cursor, runId, at, step, stage, attempt, outcome, nodeId };
      },
    );
  },
  resolve: (activity: unknown) => activity as never,
};
