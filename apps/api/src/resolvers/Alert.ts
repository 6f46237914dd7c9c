// Owns: the fields of Alert that are more than a column.
import { present } from "../errors.ts";
import type { AlertResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

export const Alert: AlertResolvers = {
  globalId: ({ id }) => globalIdOf("Alert", id),
  rule: async ({ ruleId }, _args, { load }) => present(await load.alertRule.load(ruleId), "alert rule", ruleId),
  run: async ({ runId }, _args, { load }) => present(await load.run.load(runId), "run", runId),
  isOpen: ({ openKey }) => openKey !== null,
  deliveries: async ({ id }, _args, { load }) => [...(await load.deliveriesOfAlert.load(id))],
};
