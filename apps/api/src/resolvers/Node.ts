// Owns: which type a Node is of.
import type { NodeResolvers } from "../generated/schema-types.ts";
import type { NodeType } from "../global-id.ts";

export const Node: NodeResolvers = {
  __resolveType: (node) => (node as unknown as { readonly __typename: NodeType }).__typename,
};
