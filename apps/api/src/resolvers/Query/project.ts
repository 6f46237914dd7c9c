// Owns: Query.project.
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const project: NonNullable<QueryResolvers["project"]> = (_parent, { id }, { load }) => load.project.load(id);
