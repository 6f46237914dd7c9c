// Owns: Mutation.deleteExperiment.
import { answer } from "../../commands/refusal.ts";
import { deleteIt } from "../../commands/shelve.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const deleteExperiment: NonNullable<MutationResolvers["deleteExperiment"]> = async (_parent, { id }, { db, load, deletion }) =>
  answer(async () => {
    await deleteIt(db, "Experiment", await load.experiment.load(id), id, deletion);
    return { experiment: await load.experiment.clear(id).load(id) };
  });
