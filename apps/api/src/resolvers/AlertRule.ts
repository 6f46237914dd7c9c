// Owns: the fields of AlertRule that are more than a column.
import { conditionWords } from "@gradus/domain/alert";
import type { AlertRuleResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

export const AlertRule: AlertRuleResolvers = {
  globalId: ({ id }) => globalIdOf("AlertRule", id),
  condition: (rule) => conditionWords(rule),
  webhookUrl: ({ webhookUrl }, _args, { caller }) => (caller.scope === "READ" ? null : webhookUrl),
};
