// Owns: Query.problemSets.
import { experimentKey } from "@gradus/prisma/reading/experiment-reader";
import { readProblemSets } from "@gradus/prisma/reading/problem-reader";
import type { ProblemSetModel } from "../../mappers.ts";
import { askFor, toPage } from "../../page.ts";
import type { ListOrder } from "../../page.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const order: ListOrder<ProblemSetModel> = { list: "problem-sets", keyLength: 2, keyOf: experimentKey };

export const problemSets: NonNullable<QueryResolvers["problemSets"]> = async (_parent, { project, first, after }, { db }) => {
  const ask = askFor(order, { first, after }, { usual: 20, most: 200 });
  return toPage(order, ask, await readProblemSets(db, project, ask));
};
