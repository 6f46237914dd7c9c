// Owns: the fields of SandboxReport that no heartbeat carries, because they follow from others.
import type { SandboxReportResolvers } from "../generated/schema-types.ts";

export const SandboxReport: SandboxReportResolvers = {
  errorRate: ({ finished, sandboxErrors }) => (finished === 0 ? null : sandboxErrors / finished),
};
