// Owns: how large an operation may be, before anything of it is executed. Must not know: the schema.
import { getOperationAST, GraphQLError, Kind } from "graphql";
import type { DocumentNode, SelectionSetNode, ValidationRule, ValueNode } from "graphql";

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

/** Rows that an operation may ask for: the sizes of its pages, multiplied where one lies in another. */
export const MAX_ROWS = 1_000_000;

/** @throws GraphQLError before anything is executed */
export function refuseCostly(
  document: DocumentNode,
  operationName: string | null | undefined,
  variables: Readonly<Record<string, unknown>>,
): void {
  const operation = getOperationAST(document, operationName);
  if (operation === null || operation === undefined) return;
  const fragments = new Map(
    document.definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one] as const] : [])),
  );
  const defaults = Object.fromEntries(
    (operation.variableDefinitions ?? []).map(({ variable, defaultValue }) => [variable.name.value, defaultValue]),
  );
  const sizeOf = (value: ValueNode | undefined): number => {
    if (value?.kind === Kind.INT) return Number(value.value);
    if (value?.kind !== Kind.VARIABLE) return 1;
    const given = variables[value.name.value];
    return typeof given === "number" ? given : sizeOf(defaults[value.name.value]);
  };
  const rowsOf = (set: SelectionSetNode): number =>
    set.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) {
        const fragment = fragments.get(selection.name.value);
        return sum + (fragment === undefined ? 0 : rowsOf(fragment.selectionSet));
      }
      if (selection.selectionSet === undefined) return sum;
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + rowsOf(selection.selectionSet);
      const page = selection.arguments?.find(({ name }) => name.value === "first" || name.value === "maxPoints");
      const size = Math.max(1, sizeOf(page?.value));
      return sum + size * Math.max(1, rowsOf(selection.selectionSet));
    }, 0);
  const rows = rowsOf(operation.selectionSet);
  if (rows > MAX_ROWS)
    throw new GraphQLError(`the operation may ask for ${rows} rows, more than ${MAX_ROWS}: take smaller pages`, {
      extensions: { code: "BAD_USER_INPUT" },
    });
}

class TooLarge extends Error {}
