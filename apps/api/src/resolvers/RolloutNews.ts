// Owns: the fields of RolloutNews, out of the event of a stage and the rows it tells of.
import type { RolloutNewsResolvers } from "../generated/schema-types.ts";

export const RolloutNews: RolloutNewsResolvers = {
  step: ({ event }) => event.step ?? 0,
  stage: ({ event }) => event.stage,
  groups: async ({ runId, event }, _args, { load }) => [...(await load.groupsOfStep.load({ runId, step: event.step ?? 0 }))],
};
