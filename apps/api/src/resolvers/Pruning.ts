// Owns: the fields of Pruning that are more than a column.
import { RetentionPolicy } from "@gradus/domain/retention";
import type { PruningResolvers } from "../generated/schema-types.ts";

export const Pruning: PruningResolvers = { policy: ({ policy }) => RetentionPolicy.parse(policy) };
