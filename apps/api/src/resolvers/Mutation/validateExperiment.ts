// Owns: Mutation.validateExperiment.
import { answer } from "../../commands/refusal.ts";
import { resolveExperiment } from "../../commands/resolve-experiment.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const validateExperiment: NonNullable<MutationResolvers["validateExperiment"]> = async (_parent, { source }) => ({
  specification: null,
  runCount: null,
  ...(await answer(async () => {
    const { specification, arms } = resolveExperiment(source);
    return { specification, runCount: arms.length * specification.seeds.length };
  })),
});
