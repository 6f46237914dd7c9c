// Owns: Query.run.
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const run: NonNullable<QueryResolvers["run"]> = (_parent, { id }, { load }) => load.run.load(id);
