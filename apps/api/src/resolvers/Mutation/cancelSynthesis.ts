// Owns: Mutation.cancelSynthesis.
import { answer } from "../../commands/refusal.ts";
import { cancelSynthesis as cancel } from "../../commands/start-synthesis.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const cancelSynthesis: NonNullable<MutationResolvers["cancelSynthesis"]> = async (_parent, { id }, { db, load, control }) => ({
  synthesis: null,
  ...(await answer(async () => {
    await cancel(db, control, await load.synthesis.load(id), id);
    return { synthesis: await load.synthesis.clear(id).load(id) };
  })),
});
