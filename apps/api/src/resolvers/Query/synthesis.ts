// Owns: Query.synthesis.
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const synthesis: NonNullable<QueryResolvers["synthesis"]> = (_parent, { id }, { load }) => load.synthesis.load(id);
