// Owns: Mutation.setTotalSteps.
import { answer } from "../../commands/refusal.ts";
import { setTotalSteps as give } from "../../commands/steer-run.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const setTotalSteps: NonNullable<MutationResolvers["setTotalSteps"]> = (_parent, { id, totalSteps }, { db, load, control }) =>
  answer(async () => {
    await give(db, control, await load.run.load(id), id, totalSteps);
    return { run: await load.run.clear(id).load(id) };
  });
