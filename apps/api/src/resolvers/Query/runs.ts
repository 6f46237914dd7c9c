// Owns: Query.runs.
import { experimentKey } from "@gradus/prisma/reading/experiment-reader";
import { countRuns, readOrderedRuns, readRuns } from "@gradus/prisma/reading/run-reader";
import type { RunModel } from "../../mappers.ts";
import { askFor, toPage } from "../../page.ts";
import type { ListOrder } from "../../page.ts";
import { requireAttribute, toRunFilter } from "../../run-filter/run-filter.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const newest: ListOrder<RunModel> = { list: "runs", keyLength: 2, keyOf: experimentKey };
const size = { usual: 20, most: 200 };

export const runs: NonNullable<QueryResolvers["runs"]> = async (_parent, { filter, orderBy, first, after }, { db }) => {
  const wanted = toRunFilter(filter ?? {});
  const count = (): Promise<number> => countRuns(db, wanted);
  if (!orderBy) {
    const ask = askFor(newest, { first, after }, size);
    return toPage(newest, ask, await readRuns(db, wanted, ask), count);
  }
  requireAttribute(orderBy, "orderBy.name");
  // A cursor is good for the order it was given in.
  const list = `runs by ${orderBy.property} ${orderBy.name} ${orderBy.direction ?? "DESCENDING"}`;
  const ordered: ListOrder<RunModel> = { list, keyLength: 5, keyOf: ({ orderedBy }) => orderedBy ?? [] };
  const ask = askFor(ordered, { first, after }, size);
  return toPage(ordered, ask, await readOrderedRuns(db, wanted, orderBy, ask), count);
};
