// Owns: Query.experimentTemplates.
import { readTemplates } from "@gradus/prisma/saved-store";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const experimentTemplates: NonNullable<QueryResolvers["experimentTemplates"]> = (_parent, { project }, { db }) =>
  readTemplates(db, project);
