// Owns: Mutation.revokeApiKey.
import { revokeApiKey as revoke } from "../../commands/api-keys.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const revokeApiKey: NonNullable<MutationResolvers["revokeApiKey"]> = async (_parent, { id }, { db, caller }) => ({
  key: null,
  ...(await answer(async () => ({ key: await revoke(db, caller, id) }))),
});
