// Owns: Query.syntheses.
import { experimentKey } from "@gradus/prisma/reading/experiment-reader";
import { readSyntheses } from "@gradus/prisma/reading/synthesis-reader";
import type { SynthesisModel } from "../../mappers.ts";
import { askFor, toPage } from "../../page.ts";
import type { ListOrder } from "../../page.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const order: ListOrder<SynthesisModel> = { list: "syntheses", keyLength: 2, keyOf: experimentKey };

export const syntheses: NonNullable<QueryResolvers["syntheses"]> = async (_parent, { project, first, after }, { db }) => {
  const ask = askFor(order, { first, after }, { usual: 20, most: 200 });
  return toPage(order, ask, await readSyntheses(db, project, ask));
};
