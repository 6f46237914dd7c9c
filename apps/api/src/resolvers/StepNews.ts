// Owns: the fields of StepNews, out of the event of a step.
import type { StepNewsResolvers } from "../generated/schema-types.ts";

export const StepNews: StepNewsResolvers = {
  step: ({ event }) => event.step,
  policyVersion: ({ event }) => event.policyVersion,
  summary: ({ event }) => event.summary,
  update: ({ event }) => event.update,
};
