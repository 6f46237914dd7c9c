// Owns: Query.rollouts.
import { readRollouts, rolloutKey } from "@gradus/prisma/reading/rollout-reader";
import type { GroupRow, RolloutRow } from "@gradus/prisma/rows";
import { badInput } from "../../errors.ts";
import { askFor, toPage } from "../../page.ts";
import type { ListOrder } from "../../page.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const order: ListOrder<RolloutRow & { readonly group: GroupRow }> = { list: "rollouts", keyLength: 3, keyOf: rolloutKey };

export const rollouts: NonNullable<QueryResolvers["rollouts"]> = async (_parent, { filter, first, after }, { db, load }) => {
  if (!filter.runId && !filter.groupId && !filter.evaluationId && !filter.problemId)
    throw badInput("filter: whose rollouts? Name a run, group, evaluation or problem");
  if (typeof filter.step === "number" && !filter.runId) throw badInput("filter: a step is of a run; say which");
  const ask = askFor(order, { first, after }, { usual: 20, most: 200 });
  const rows = await readRollouts(db, filter, ask);
  for (const { group } of rows) load.group.prime(group.id, group);
  return toPage(order, ask, rows);
};
