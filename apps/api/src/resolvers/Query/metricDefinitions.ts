// Owns: Query.metricDefinitions.
import { RUN_METRICS } from "@gradus/domain";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const metricDefinitions: NonNullable<QueryResolvers["metricDefinitions"]> = () => [...RUN_METRICS];
