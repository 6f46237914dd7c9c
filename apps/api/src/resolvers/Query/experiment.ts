// Owns: Query.experiment.
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const experiment: NonNullable<QueryResolvers["experiment"]> = (_parent, { id }, { load }) => load.experiment.load(id);
