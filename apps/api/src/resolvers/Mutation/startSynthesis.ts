// Owns: Mutation.startSynthesis.
import { answer } from "../../commands/refusal.ts";
import { startSynthesis as start } from "../../commands/start-synthesis.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const startSynthesis: NonNullable<MutationResolvers["startSynthesis"]> = async (_parent, { input }, { db, load, control }) => ({
  synthesis: null,
  ...(await answer(async () => ({ synthesis: await load.synthesis.load(await start(db, control, input)) }))),
});
