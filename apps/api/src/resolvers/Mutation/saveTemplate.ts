// Owns: Mutation.saveTemplate.
import { saveTemplate as save } from "../../commands/keep-for-later.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const saveTemplate: NonNullable<MutationResolvers["saveTemplate"]> = async (_parent, { input }, { db, caller }) => ({
  template: null,
  ...(await answer(async () => ({ template: await save(db, caller, input) }))),
});
