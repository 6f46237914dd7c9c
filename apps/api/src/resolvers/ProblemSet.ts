// Owns: the fields of ProblemSet that are more than a column.
import type { ProblemSetMemberModel } from "../mappers.ts";
import { askFor, toPage } from "../page.ts";
import type { ListOrder } from "../page.ts";
import type { ProblemSetResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

const MEMBERS: ListOrder<ProblemSetMemberModel> = { list: "members", keyLength: 1, keyOf: ({ ordinal }) => [String(ordinal)] };

export const ProblemSet: ProblemSetResolvers = {
  globalId: ({ id }) => globalIdOf("ProblemSet", id),
  counts: async ({ id }, _args, { load }) => [...(await load.countsOfSet.load(id))],
  members: async ({ id }, args, { load }) => {
    const ask = askFor(MEMBERS, args, { usual: 100, most: 1_000 });
    return toPage(MEMBERS, ask, await load.membersOfSet(id, ask));
  },
};
