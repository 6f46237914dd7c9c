// Owns: Query.experiments.
import { countExperiments, experimentKey, readExperiments } from "@gradus/prisma/reading/experiment-reader";
import type { ExperimentModel } from "../../mappers.ts";
import { askFor, toPage } from "../../page.ts";
import type { ListOrder } from "../../page.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const order: ListOrder<ExperimentModel> = { list: "experiments", keyLength: 2, keyOf: experimentKey };

export const experiments: NonNullable<QueryResolvers["experiments"]> = async (_parent, { filter, first, after }, { db }) => {
  const ask = askFor(order, { first, after }, { usual: 20, most: 200 });
  return toPage(order, ask, await readExperiments(db, filter ?? {}, ask), () => countExperiments(db, filter ?? {}));
};
