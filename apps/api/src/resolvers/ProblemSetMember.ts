// Owns: the fields of ProblemSetMember that are more than a column.
import { present } from "../errors.ts";
import type { ProblemSetMemberResolvers } from "../generated/schema-types.ts";

export const ProblemSetMember: ProblemSetMemberResolvers = {
  problem: async ({ problemId }, _args, { load }) => present(await load.problem.load(problemId), "problem", problemId),
};
