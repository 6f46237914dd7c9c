// Owns: the fields of Curriculum that are more than a column.
import type { CurriculumResolvers } from "../generated/schema-types.ts";

export const Curriculum: CurriculumResolvers = {
  arms: async ({ id }, _args, { load }) => [...(await load.armsOfCurriculum.load(id))],
};
