// Owns: which type of the schema an event of an experiment's stream is.
import type { ExperimentEventBodyResolvers } from "../generated/schema-types.ts";
import { runEventTypename } from "./RunEventBody.ts";

export const ExperimentEventBody: ExperimentEventBodyResolvers = {
  __resolveType: (event) => (event.type === "EXPERIMENT_STATUS_CHANGED" ? "ExperimentStatusChanged" : runEventTypename(event)),
};
