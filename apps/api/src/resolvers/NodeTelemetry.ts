// Owns: the fields of NodeTelemetry that are more than what was read.
import type { NodeTelemetryResolvers } from "../generated/schema-types.ts";

export const NodeTelemetry: NodeTelemetryResolvers = {
  node: ({ nodeId }, _args, { load }) => load.node.load(nodeId),
  from: ({ fromMs }) => new Date(fromMs),
  to: ({ toMs }) => new Date(toMs),
  series: ({ series }) =>
    series.map((one) => ({ ...one, at: [...one.at], min: [...one.min], max: [...one.max], mean: [...one.mean], count: [...one.count] })),
  absent: ({ absent }) => [...absent],
};
