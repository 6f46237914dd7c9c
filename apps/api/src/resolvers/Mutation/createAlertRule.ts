// Owns: Mutation.createAlertRule.
import { createAlertRule as create } from "../../commands/alert-rules.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const createAlertRule: NonNullable<MutationResolvers["createAlertRule"]> = async (_parent, { input }, { db, caller, webhooks }) => ({
  rule: null,
  webhookSecret: null,
  ...(await answer(async () => {
    const rule = await create(db, caller, webhooks, input);
    return { rule, webhookSecret: rule.webhookSecret };
  })),
});
