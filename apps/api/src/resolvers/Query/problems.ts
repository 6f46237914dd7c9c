// Owns: Query.problems.
import { countProblems, readProblems } from "@gradus/prisma/reading/problem-reader";
import type { ProblemModel } from "../../mappers.ts";
import { askFor, toPage } from "../../page.ts";
import type { ListOrder } from "../../page.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const order: ListOrder<ProblemModel> = { list: "problems", keyLength: 1, keyOf: ({ id }) => [id] };

export const problems: NonNullable<QueryResolvers["problems"]> = async (_parent, { filter, first, after }, { db }) => {
  const ask = askFor(order, { first, after }, { usual: 20, most: 200 });
  return toPage(order, ask, await readProblems(db, filter ?? {}, ask), () => countProblems(db, filter ?? {}));
};
