// Owns: Query.curricula.
import { readCurricula } from "@gradus/prisma/reading/experiment-reader";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const curricula: NonNullable<QueryResolvers["curricula"]> = (_parent, { project }, { db }) => readCurricula(db, project);
