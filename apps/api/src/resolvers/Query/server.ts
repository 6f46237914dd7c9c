// Owns: Query.server.
import { GRADUS_VERSION } from "../../provenance.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const server: NonNullable<QueryResolvers["server"]> = async (_parent, _args, { epoch }) => ({
  version: GRADUS_VERSION,
  storeEpoch: await epoch(),
  now: new Date(),
});
