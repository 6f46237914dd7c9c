// Owns: the fields of Rollout that are more than a column.
import { ExecutionResult } from "@gradus/domain";
import { present } from "../errors.ts";
import type { RolloutResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

export const Rollout: RolloutResolvers = {
  globalId: ({ id }) => globalIdOf("Rollout", id),
  group: async ({ groupId }, _args, { load }) => present(await load.group.load(groupId), "group", groupId),
  promptTokenCount: ({ promptTokens }) => promptTokens.length,
  completionTokenCount: ({ completionTokens }) => completionTokens.length,
  execution: ({ execution }) => {
    if (execution === null) return null;
    const { tests, ...rest } = ExecutionResult.parse(execution);
    return { ...rest, tests: tests.map(({ verdict, detail }) => ({ verdict, detail: detail ?? null })) };
  },
};
