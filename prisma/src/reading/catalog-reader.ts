// Owns: reading projects and worker nodes. Must not know: cursors, GraphQL.
import type { Database } from "../database.ts";
import type { ProjectRow, WorkerNodeRow } from "../rows.ts";

export const readProjects = ({ prisma }: Database): Promise<ProjectRow[]> =>
  prisma.project.findMany({ orderBy: [{ name: "asc" }, { id: "asc" }] });

export const readProjectsById = ({ prisma }: Database, ids: readonly string[]): Promise<ProjectRow[]> =>
  prisma.project.findMany({ where: { id: { in: [...ids] } } });

/** The most recently seen first, at most `limit`. */
export const readNodes = ({ prisma }: Database, limit: number): Promise<WorkerNodeRow[]> =>
  prisma.node.findMany({ orderBy: [{ lastSeenAt: "desc" }, { id: "asc" }], take: limit });

export const readNodesById = ({ prisma }: Database, ids: readonly string[]): Promise<WorkerNodeRow[]> =>
  prisma.node.findMany({ where: { id: { in: [...ids] } } });
