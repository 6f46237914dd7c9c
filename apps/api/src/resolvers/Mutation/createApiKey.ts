// Owns: Mutation.createApiKey.
import { createApiKey as create } from "../../commands/api-keys.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const createApiKey: NonNullable<MutationResolvers["createApiKey"]> = async (_parent, { input }, { db, caller }) => ({
  key: null,
  text: null,
  ...(await answer(() => create(db, caller, input))),
});
