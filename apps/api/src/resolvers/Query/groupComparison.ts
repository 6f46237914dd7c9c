// Owns: Query.groupComparison.
import { compareGroups } from "../../comparison/compare-groups.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";
import { groupInput } from "./runGroups.ts";

export const groupComparison: NonNullable<QueryResolvers["groupComparison"]> = async (_parent, asked, context) =>
  compareGroups(context.db, await groupInput(asked, context));
