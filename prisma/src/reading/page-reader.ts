// Owns: what readers of pages are asked. Must not know: cursors, GraphQL.

/** Rows whose sort key comes after `after`, at most `limit`. A key is a list of texts; each reader says of which columns. */
export interface Ask {
  readonly after: readonly string[] | null;
  readonly limit: number;
}
