// Owns: the fields of TelemetrySeries that are more than what was read.
import { unitOfReading } from "@gradus/domain/machine-report";
import type { TelemetrySeriesResolvers } from "../generated/schema-types.ts";

export const TelemetrySeries: TelemetrySeriesResolvers = {
  unit: ({ name }) => unitOfReading(name),
};
