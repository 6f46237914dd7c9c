// Owns: Query.workerNodes.
import { readNodes } from "@gradus/prisma/reading/catalog-reader";
import type { QueryResolvers } from "../../generated/schema-types.ts";

/** Restarted workers are new nodes: of the old ones the lately seen are enough. */
const MOST = 200;

export const workerNodes: NonNullable<QueryResolvers["workerNodes"]> = (_parent, { ids }, { db }) => readNodes(db, ids ?? null, MOST);
