// Owns: the fields of Arm that are more than a column.
import { present } from "../errors.ts";
import type { ArmResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

export const Arm: ArmResolvers = {
  globalId: ({ id }) => globalIdOf("Arm", id),
  experiment: async ({ experimentId }, _args, { load }) => present(await load.experiment.load(experimentId), "experiment", experimentId),
  curriculum: async ({ curriculumId }, _args, { load }) => present(await load.curriculum.load(curriculumId), "curriculum", curriculumId),
  runs: async ({ id }, _args, { load }) => [...(await load.runsOfArm.load(id))],
};
