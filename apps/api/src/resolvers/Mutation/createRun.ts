// Owns: Mutation.createRun.
import { createRun as create } from "../../commands/external-run.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const createRun: NonNullable<MutationResolvers["createRun"]> = async (_parent, { input }, { db, load }) => ({
  segment: null,
  ...(await answer(async () => {
    const { id, segment } = await create(db, input);
    return { run: await load.run.clear(id).load(id), segment };
  })),
});
