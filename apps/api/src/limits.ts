// Owns: how large an operation may be, before anything of it is executed. Must not know: the schema.
import { GraphQLError, Kind } from "graphql";
import type { SelectionSetNode, ValidationRule } from "graphql";

/** Selections inside selections: the deepest of our own pages needs 9. */
export const MAX_DEPTH = 14;
/** Fields in all, fragments counted where they are spread. */
export const MAX_FIELDS = 1_000;
/** Bytes of a request's JSON body, experiment files included. */
export const MAX_BODY_BYTES = 1_000_000;

/** Subscriptions and requests that one WebSocket may have under way. The busiest of our own pages has a tenth of it. */
export const MAX_OPERATIONS_A_SOCKET = 100;
/** WebSockets, and streams of server-sent events, that one process serves. */
export const MAX_SOCKETS = 20_000;

/** Refuses operations that are too deep or too large; cycles of fragments count until they are too deep. */
export const limitSize: ValidationRule = (context) => {
  const measure = (set: SelectionSetNode, depth: number, counted: { fields: number }): void => {
    if (depth > MAX_DEPTH) throw new TooLarge(`more than ${MAX_DEPTH} selections inside each other`);
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD && ++counted.fields > MAX_FIELDS) throw new TooLarge(`more than ${MAX_FIELDS} fields`);
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = context.getFragment(selection.name.value);
        if (fragment) measure(fragment.selectionSet, depth + 1, counted);
      } else if (selection.selectionSet) {
        measure(selection.selectionSet, depth + 1, counted);
      }
    }
  };
  return {
    OperationDefinition(node) {
      // Introspection nests types deeper than any page; it reads nothing that is stored.
      if (node.selectionSet.selections.every((selection) => selection.kind === Kind.FIELD && selection.name.value.startsWith("__"))) return;
      try {
        measure(node.selectionSet, 1, { fields: 0 });
      } catch (error) {
        if (!(error instanceof TooLarge)) throw error;
        context.reportError(new GraphQLError(`the operation is too large: ${error.message}`, { nodes: node }));
      }
    },
  };
};

class TooLarge extends Error {}
