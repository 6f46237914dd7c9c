// Owns: the fields of WorkerNode that are more than a column.
import { isNodeAlive, NodeReport } from "@gradus/domain/node";
import { telemetryOfNode } from "../node-telemetry.ts";
import type { WorkerNodeResolvers } from "../generated/schema-types.ts";

export const WorkerNode: WorkerNodeResolvers = {
  isAlive: (node) => node.alive ?? isNodeAlive(node, Date.now()),
  machine: ({ report }) => (report === null ? null : NodeReport.parse(report).machine),
  runCount: async ({ id }, _args, { load }) => (await load.runCountOfNode.load(id))?.count ?? 0,
  telemetry: ({ id }, args, { db }) => telemetryOfNode(db, id, args),
  sandbox: ({ report }) => (report === null ? null : NodeReport.parse(report).sandbox),
};
