// Owns: pages of a list in Relay's shape, made from rows read one beyond the page. Must not know: which rows, SQL.
import type { Ask } from "@gradus/prisma/reading/page-reader";
import { listCursor, listKey } from "./cursor.ts";
import { badInput } from "./errors.ts";

/** What a connection's resolvers start from. `totalCount` is asked for only where the query selects it. */
export interface Page<Row> {
  readonly edges: readonly { readonly cursor: string; readonly node: Row }[];
  readonly nodes: readonly Row[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount: () => Promise<number>;
}

export interface PageArguments {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

/** How a list is ordered: its name inside cursors and the sort key of a row, as texts that the reader understands. */
export interface ListOrder<Row> {
  readonly list: string;
  readonly keyLength: number;
  readonly keyOf: (row: Row) => readonly string[];
}

/** @throws GraphQLError BAD_USER_INPUT for a size out of bounds or a cursor of another list */
export function askFor(
  order: ListOrder<never>,
  { first, after }: PageArguments,
  bounds: { readonly usual: number; readonly most: number },
): Ask {
  const size = first ?? bounds.usual;
  if (size < 1 || size > bounds.most) throw badInput(`first: 1 to ${bounds.most} rows a page`);
  // One row beyond the page tells whether more follows.
  return { after: listKey(order.list, after, order.keyLength), limit: size + 1 };
}

export function toPage<Row>(order: ListOrder<Row>, ask: Ask, rows: readonly Row[], totalCount?: () => Promise<number>): Page<Row> {
  const nodes = rows.slice(0, ask.limit - 1);
  const edges = nodes.map((node) => ({ cursor: listCursor(order.list, order.keyOf(node)), node }));
  return {
    edges,
    nodes,
    pageInfo: { hasNextPage: rows.length === ask.limit, endCursor: edges.at(-1)?.cursor ?? null },
    totalCount: totalCount ?? (async () => nodes.length),
  };
}
