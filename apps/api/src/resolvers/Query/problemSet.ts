// Owns: Query.problemSet.
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const problemSet: NonNullable<QueryResolvers["problemSet"]> = (_parent, { id }, { load }) => load.problemSet.load(id);
