// Owns: Query.savedViews.
import { readSavedViews } from "@gradus/prisma/saved-store";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const savedViews: NonNullable<QueryResolvers["savedViews"]> = (_parent, filter, { db }) => readSavedViews(db, filter);
