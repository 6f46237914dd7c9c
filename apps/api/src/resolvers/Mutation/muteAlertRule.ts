// Owns: Mutation.muteAlertRule.
import { muteAlertRule as mute } from "../../commands/alert-rules.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const muteAlertRule: NonNullable<MutationResolvers["muteAlertRule"]> = async (_parent, { id, until }, { db }) => ({
  rule: null,
  ...(await answer(async () => ({ rule: await mute(db, id, until ?? null) }))),
});
