// Owns: the fields of Experiment that are more than a column.
import { streamCursor } from "../cursor.ts";
import { present } from "../errors.ts";
import type { ExperimentResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

export const Experiment: ExperimentResolvers = {
  globalId: ({ id }) => globalIdOf("Experiment", id),
  project: async ({ projectId }, _args, { load }) => present(await load.project.load(projectId), "project", projectId),
  problemSet: ({ problemSetId }, _args, { load }) => (problemSetId === null ? null : load.problemSet.load(problemSetId)),
  arms: async ({ id }, _args, { load }) => [...(await load.armsOfExperiment.load(id))],
  runs: async ({ id }, _args, { load }) => [...(await load.runsOfExperiment.load(id))],
  sharedEvaluations: async ({ id }, _args, { load }) => [...(await load.sharedEvaluations.load(id))],
  cursor: async (experiment, _args, { load, epoch }) => {
    // Rows of a list come without their place in the stream; the loader reads both.
    const position = experiment.position ?? (await load.experiment.load(experiment.id))?.position ?? 0n;
    return streamCursor("all", await epoch(), position);
  },
};
