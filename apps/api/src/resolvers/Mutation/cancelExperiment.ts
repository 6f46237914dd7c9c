// Owns: Mutation.cancelExperiment.
import { cancelExperiment as cancel } from "../../commands/cancel-experiment.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const cancelExperiment: NonNullable<MutationResolvers["cancelExperiment"]> = (_parent, { id }, { db, load, control }) =>
  answer(async () => {
    await cancel(db, control, await load.experiment.load(id), id);
    return { experiment: await load.experiment.clear(id).load(id) };
  });
