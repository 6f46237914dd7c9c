// Owns: Mutation.editExperiment.
import { answer } from "../../commands/refusal.ts";
import { editIt } from "../../commands/shelve.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const editExperiment: NonNullable<MutationResolvers["editExperiment"]> = async (_parent, { input }, { db, load }) =>
  answer(async () => {
    await editIt(db, "Experiment", await load.experiment.load(input.id), input);
    return { experiment: await load.experiment.clear(input.id).load(input.id) };
  });
