// Owns: Mutation.validateExperiment.
import { answer } from "../../commands/refusal.ts";
import { resolveExperiment } from "../../commands/resolve-experiment.ts";
import { selectForArms } from "../../commands/select-for-arms.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const validateExperiment: NonNullable<MutationResolvers["validateExperiment"]> = async (_parent, { source }, { db }) => ({
  specification: null,
  runCount: null,
  selections: null,
  ...(await answer(async () => {
    const { specification, arms } = resolveExperiment(source);
    const selections = await selectForArms(db, specification, arms);
    return { specification, selections, runCount: arms.length * specification.seeds.length };
  })),
});
