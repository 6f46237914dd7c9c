// Owns: Query.curriculumPresets.
import { curriculumCatalogue } from "@gradus/domain/curriculum/catalogue";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const curriculumPresets: NonNullable<QueryResolvers["curriculumPresets"]> = () =>
  curriculumCatalogue()
    .filter(({ role }) => role === "PRESET")
    .map(({ name, summary, stands }) => ({ name, summary, specification: stands }));
