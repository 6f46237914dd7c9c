// Owns: Mutation.startExperiment.
import { answer } from "../../commands/refusal.ts";
import { startExperiment as start } from "../../commands/start-experiment.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const startExperiment: NonNullable<MutationResolvers["startExperiment"]> = (_parent, { id }, { db, load, control }) =>
  answer(async () => {
    await start(db, control, await load.experiment.load(id), id);
    return { experiment: await load.experiment.clear(id).load(id) };
  });
