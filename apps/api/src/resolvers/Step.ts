// Owns: the fields of Step that are more than a column.
import { StepSummary } from "@gradus/domain";
import type { StepResolvers } from "../generated/schema-types.ts";

export const Step: StepResolvers = {
  summary: ({ summary }) => (summary === null ? null : StepSummary.parse(summary)),
  groups: async ({ runId, step }, _args, { load }) => [...(await load.groupsOfStep.load({ runId, step }))],
  stageExecutions: async ({ runId, step }, _args, { load }) => [...(await load.stageExecutionsOfStep.load({ runId, step }))],
};
