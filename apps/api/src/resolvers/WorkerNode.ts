// Owns: the fields of WorkerNode that are more than a column.
import { NodeReport } from "@gradus/domain/node";
import type { WorkerNodeResolvers } from "../generated/schema-types.ts";

/** Several heartbeats may be lost before a node counts as gone. */
const SILENT_MS = 30_000;

export const WorkerNode: WorkerNodeResolvers = {
  isAlive: ({ lastSeenAt, stoppedAt }) => stoppedAt === null && Date.now() - lastSeenAt.getTime() < SILENT_MS,
  sandbox: ({ report }) => (report === null ? null : NodeReport.parse(report).sandbox),
};
