// Owns: reading projects and worker nodes. Must not know: cursors, GraphQL.
import type { Database } from "../database.ts";
import type { ProjectRow, WorkerNodeRow } from "../rows.ts";

export const readProjects = ({ prisma }: Database): Promise<ProjectRow[]> =>
  prisma.project.findMany({ orderBy: [{ name: "asc" }, { id: "asc" }] });

export const readProjectsById = ({ prisma }: Database, ids: readonly string[]): Promise<ProjectRow[]> =>
  prisma.project.findMany({ where: { id: { in: [...ids] } } });

/** The most recently seen first, at most `limit`. `ids` null: any. */
export const readNodes = ({ prisma }: Database, ids: readonly string[] | null, limit: number): Promise<WorkerNodeRow[]> =>
  prisma.node.findMany({
    where: ids === null ? {} : { id: { in: [...ids] } },
    orderBy: [{ lastSeenAt: "desc" }, { id: "asc" }],
    take: limit,
  });

export const readNodesById = ({ prisma }: Database, ids: readonly string[]): Promise<WorkerNodeRow[]> =>
  prisma.node.findMany({ where: { id: { in: [...ids] } } });

/** Runs under way that nodes hold; a node that holds none has no row. */
export const countRunsOfNodes = ({ sql }: Database, ids: readonly string[]): Promise<{ nodeId: string; count: number }[]> =>
  sql<{ nodeId: string; count: number }[]>`
    select "nodeId", count(*)::int as count from "Run"
    where "nodeId" = any(${[...ids]}::text[]) and status in ('RUNNING', 'PAUSED') group by 1`;

/** Nodes that changed after a place among the changes of all nodes, and those that have gone silent since then. */
export interface NodesPlace {
  /** Last `Node.revision` read; -1 before any. */
  readonly revision: bigint;
  /** The database's clock of the last read, in milliseconds of the epoch. */
  readonly atMs: bigint;
}

/** `silent`: it was last heard of so long ago that it counts as gone, and that became so after the place. */
export type ChangedNode = WorkerNodeRow & { readonly silent: boolean };

/**
 * At most `limit` nodes by revision, all that went silent, and the place after them. `silentMs`: how long no heartbeat may come.
 * Revisions appear in order (training/node-store.ts); silence is no write, so time is a part of the place.
 */
export async function readChangedNodes(
  { sql }: Database,
  after: NodesPlace,
  silentMs: number,
  limit: number,
): Promise<{ readonly nodes: readonly ChangedNode[]; readonly place: NodesPlace }> {
  const rows = await sql<
    (Omit<ChangedNode, "revision"> & { readonly id: string | null; readonly revision: string; readonly nowMs: string })[]
  >`
    with clock as (select floor(extract(epoch from now()) * 1000)::bigint as ms),
    changed as (
      select n.*, false as silent from "Node" n where n.revision > ${String(after.revision)} order by n.revision limit ${limit}),
    gone as (
      select n.*, true as silent from "Node" n, clock where n."stoppedAt" is null and ${String(after.revision)}::bigint >= n.revision
        and extract(epoch from n."lastSeenAt") * 1000 + ${silentMs}::float8 > ${String(after.atMs)}::bigint
        and extract(epoch from n."lastSeenAt") * 1000 + ${silentMs}::float8 <= clock.ms)
    select f.*, f.roles::text[] as roles, clock.ms as "nowMs" from clock left join (select * from changed union all select * from gone) f on true order by f.silent, f.revision`;
  // Without any node the clock's row comes alone.
  const nodes = rows.filter(({ id }) => id !== null).map((row) => ({ ...row, revision: BigInt(row.revision) }));
  const revision = nodes.reduce((last, node) => (node.revision > last ? node.revision : last), after.revision);
  return { nodes, place: { revision, atMs: BigInt(rows[0]?.nowMs ?? after.atMs) } };
}
