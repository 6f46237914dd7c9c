// Owns: Query.experiments.
import { z } from "zod";
import { countExperiments, experimentKey, readExperiments } from "@gradus/prisma/reading/experiment-reader";
import { badInput } from "../../errors.ts";
import type { ExperimentModel } from "../../mappers.ts";
import { askFor, toPage } from "../../page.ts";
import type { ListOrder } from "../../page.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const Tags = z.record(z.string(), z.string());

const order: ListOrder<ExperimentModel> = { list: "experiments", keyLength: 2, keyOf: experimentKey };

export const experiments: NonNullable<QueryResolvers["experiments"]> = async (_parent, { filter, first, after }, { db }) => {
  const ask = askFor(order, { first, after }, { usual: 20, most: 200 });
  const tags = Tags.nullish().safeParse(filter?.tags);
  if (!tags.success) throw badInput('filter.tags: an object of texts, as in { "team": "red" }');
  const told = { ...filter, tags: tags.data };
  return toPage(order, ask, await readExperiments(db, told, ask), () => countExperiments(db, told));
};
