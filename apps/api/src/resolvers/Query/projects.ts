// Owns: Query.projects.
import { readProjects } from "@gradus/prisma/reading/catalog-reader";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const projects: NonNullable<QueryResolvers["projects"]> = (_parent, _args, { db }) => readProjects(db);
