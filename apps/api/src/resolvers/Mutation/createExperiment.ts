// Owns: Mutation.createExperiment.
import { createExperiment as create } from "../../commands/create-experiment.ts";
import { answer } from "../../commands/refusal.ts";
import { startExperiment } from "../../commands/start-experiment.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const createExperiment: NonNullable<MutationResolvers["createExperiment"]> = (_parent, { input }, { db, load, control }) =>
  answer(async () => {
    const id = await create(db, input);
    if (input.start) await startExperiment(control, await load.experiment.load(id), id);
    return { experiment: await load.experiment.load(id) };
  });
