// Owns: Mutation.deleteAlertRule.
import { deleteAlertRule as end } from "@gradus/prisma/alerts/alert-rule-store";
import { existingRule } from "../../commands/alert-rules.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const deleteAlertRule: NonNullable<MutationResolvers["deleteAlertRule"]> = async (_parent, { id }, { db }) => ({
  rule: null,
  ...(await answer(async () => ({ rule: await end(db, (await existingRule(db, id)).id) }))),
});
