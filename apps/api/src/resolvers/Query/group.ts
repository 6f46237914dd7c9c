// Owns: Query.group.
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const group: NonNullable<QueryResolvers["group"]> = (_parent, { id }, { load }) => load.group.load(id);
