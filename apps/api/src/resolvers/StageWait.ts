// Owns: the fields of StageWait that are more than what was diagnosed.
import type { StageWaitResolvers } from "../generated/schema-types.ts";

export const StageWait: StageWaitResolvers = {
  node: ({ nodeId }, _args, { load }) => (nodeId === null ? null : load.node.load(nodeId)),
  silentNodes: ({ silent }) => [...silent],
};
