// Owns: Mutation.archiveExperiment.
import { answer } from "../../commands/refusal.ts";
import { archiveIt } from "../../commands/shelve.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const archiveExperiment: NonNullable<MutationResolvers["archiveExperiment"]> = async (_parent, { id }, { db, load }) =>
  answer(async () => {
    await archiveIt(db, "Experiment", await load.experiment.load(id), id);
    return { experiment: await load.experiment.clear(id).load(id) };
  });
