// Owns: the fields of MachineReport that the heartbeat carries in another shape.
import type { MachineReportResolvers } from "../generated/schema-types.ts";

export const MachineReport: MachineReportResolvers = {
  absent: ({ absent }) => Object.entries(absent).map(([reading, reason]) => ({ reading, reason })),
};
