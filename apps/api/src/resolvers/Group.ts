// Owns: the fields of Group that are more than a column.
import { present } from "../errors.ts";
import type { GroupResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

export const Group: GroupResolvers = {
  globalId: ({ id }) => globalIdOf("Group", id),
  problem: async ({ problemId }, _args, { load }) => present(await load.problem.load(problemId), "problem", problemId),
  rollouts: async ({ id }, _args, { load }) => [...(await load.rolloutsOfGroup.load(id))],
};
