// Owns: Query.rollout.
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const rollout: NonNullable<QueryResolvers["rollout"]> = (_parent, { id }, { load }) => load.rollout.load(id);
