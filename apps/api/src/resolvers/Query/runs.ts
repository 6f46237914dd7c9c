// Owns: Query.runs.
import { experimentKey } from "@gradus/prisma/reading/experiment-reader";
import { countRuns, readRuns } from "@gradus/prisma/reading/run-reader";
import type { RunModel } from "../../mappers.ts";
import { askFor, toPage } from "../../page.ts";
import type { ListOrder } from "../../page.ts";
import { toRunFilter } from "../../run-filter/run-filter.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const order: ListOrder<RunModel> = { list: "runs", keyLength: 2, keyOf: experimentKey };

export const runs: NonNullable<QueryResolvers["runs"]> = async (_parent, { filter, first, after }, { db }) => {
  const ask = askFor(order, { first, after }, { usual: 20, most: 200 });
  const wanted = toRunFilter(filter ?? {});
  return toPage(order, ask, await readRuns(db, wanted, ask), () => countRuns(db, wanted));
};
