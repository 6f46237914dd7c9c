// Owns: the fields of Project that are more than a column.
import { RetentionPolicy } from "@gradus/domain/retention";
import type { ProjectResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

export const Project: ProjectResolvers = {
  globalId: ({ id }) => globalIdOf("Project", id),
  retention: ({ retention }) => (retention === null ? null : RetentionPolicy.parse(retention)),
};
