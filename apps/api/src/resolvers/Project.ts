// Owns: the fields of Project that are more than a column.
import { RetentionPolicy } from "@gradus/domain/retention";
import type { ProjectResolvers } from "../generated/schema-types.ts";

export const Project: ProjectResolvers = {
  retention: ({ retention }) => (retention === null ? null : RetentionPolicy.parse(retention)),
};
