// Owns: Mutation.setTotalSteps.
import { answer } from "../../commands/refusal.ts";
import { steerRun } from "../../commands/steer-run.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const setTotalSteps: NonNullable<MutationResolvers["setTotalSteps"]> = (_parent, { id, totalSteps }, { load, control }) =>
  answer(async () => {
    await steerRun(await load.run.load(id), id, () => control.setTotalSteps(id, totalSteps));
    return { run: await load.run.clear(id).load(id) };
  });
