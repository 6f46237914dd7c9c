// Owns: the fields of WorkerNode that are more than a column.
import { isNodeAlive, NodeReport } from "@gradus/domain/node";
import type { WorkerNodeResolvers } from "../generated/schema-types.ts";

export const WorkerNode: WorkerNodeResolvers = {
  isAlive: (node) => node.alive ?? isNodeAlive(node, Date.now()),
  sandbox: ({ report }) => (report === null ? null : NodeReport.parse(report).sandbox),
};
