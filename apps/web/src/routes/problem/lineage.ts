// Owns: where the problems of a chain stand in the picture of their lineage. Must not know: components.

export interface Descendant {
  readonly id: string;
  readonly message: string;
  readonly rung?: number | null;
  readonly parent?: { readonly id: string } | null;
}

export interface Placed<Node> {
  readonly node: Node;
  /** Column: how many mutations from the first. */
  readonly column: number;
  /** Row; halves where a parent stands between its children. */
  readonly row: number;
}

export interface Lineage<Node> {
  readonly nodes: readonly Placed<Node>[];
  readonly edges: readonly (readonly [from: Placed<Node>, to: Placed<Node>])[];
  readonly columns: number;
  readonly rows: number;
}

/** Roots above one another, children to the right of their parent, a parent in the middle of its children. A parent that is not among them is none. */
export function lineageOf<Node extends Descendant>(problems: readonly Node[]): Lineage<Node> {
  const known = new Set(problems.map(({ id }) => id));
  const parentOf = ({ id, parent }: Node): string | null => (parent != null && parent.id !== id && known.has(parent.id) ? parent.id : null);
  const children = Map.groupBy(
    problems.toSorted((a, b) => (a.rung ?? 0) - (b.rung ?? 0) || a.id.localeCompare(b.id)),
    parentOf,
  );
  const placed = new Map<string, Placed<Node>>();
  let rows = 0;
  const place = (node: Node, column: number): number => {
    const own = (children.get(node.id) ?? []).map((child) => place(child, column + 1));
    const row = own.length === 0 ? rows++ : ((own[0] ?? 0) + (own.at(-1) ?? 0)) / 2;
    placed.set(node.id, { node, column, row });
    return row;
  };
  for (const root of children.get(null) ?? []) place(root, 0);
  const nodes = [...placed.values()].sort((a, b) => a.column - b.column || a.row - b.row);
  const edges = nodes.flatMap((to) => {
    const from = placed.get(parentOf(to.node) ?? "");
    return from === undefined ? [] : [[from, to] as const];
  });
  return { nodes, edges, columns: Math.max(0, ...nodes.map(({ column }) => column + 1)), rows };
}
