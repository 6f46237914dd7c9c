// Owns: Query.evaluation.
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const evaluation: NonNullable<QueryResolvers["evaluation"]> = (_parent, { id }, { load }) => load.evaluation.load(id);
