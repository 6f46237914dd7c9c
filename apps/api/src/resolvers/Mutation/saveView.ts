// Owns: Mutation.saveView.
import { saveView as save } from "../../commands/keep-for-later.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const saveView: NonNullable<MutationResolvers["saveView"]> = async (_parent, { input }, { db, caller }) => ({
  view: null,
  ...(await answer(async () => ({ view: await save(db, caller, input) }))),
});
