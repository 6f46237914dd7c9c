// Owns: Query.problem.
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const problem: NonNullable<QueryResolvers["problem"]> = (_parent, { id }, { load }) => load.problem.load(id);
