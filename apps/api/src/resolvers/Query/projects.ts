// Owns: Query.projects.
import { readProjects } from "@gradus/prisma/reading/catalog-reader";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const projects: NonNullable<QueryResolvers["projects"]> = async (_parent, _args, { db, caller }) =>
  (await readProjects(db)).filter(({ id }) => caller.project === null || id === caller.project);
