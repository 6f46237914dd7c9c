// Owns: Mutation.restoreExperiment.
import { answer } from "../../commands/refusal.ts";
import { restoreIt } from "../../commands/shelve.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const restoreExperiment: NonNullable<MutationResolvers["restoreExperiment"]> = async (_parent, { id }, { db, load }) =>
  answer(async () => {
    await restoreIt(db, "Experiment", await load.experiment.load(id), id);
    return { experiment: await load.experiment.clear(id).load(id) };
  });
