// Owns: reading runs. Must not know: cursors, GraphQL.
import type { RunStatus } from "@gradus/domain";
import type { Database } from "../database.ts";
import type { Prisma } from "../generated/client.ts";
import type { RunRow } from "../rows.ts";
import { olderThan } from "./experiment-reader.ts";
import type { Ask } from "./page-reader.ts";

export interface RunFilter {
  readonly experimentId?: string | null | undefined;
  readonly ids?: readonly string[] | null | undefined;
  readonly arms?: readonly string[] | null | undefined;
  readonly seeds?: readonly number[] | null | undefined;
  readonly statuses?: readonly RunStatus[] | null | undefined;
}

const where = ({ experimentId, ids, arms, seeds, statuses }: RunFilter): Prisma.RunWhereInput => ({
  ...(experimentId ? { experimentId } : {}),
  ...(ids ? { id: { in: [...ids] } } : {}),
  ...(arms ? { arm: { name: { in: [...arms] } } } : {}),
  ...(seeds ? { seed: { in: [...seeds] } } : {}),
  ...(statuses ? { status: { in: [...statuses] } } : {}),
});

/** The newest first. Key: createdAt as ISO text, id (`experimentKey`). */
export const readRuns = ({ prisma }: Database, filter: RunFilter, { after, limit }: Ask): Promise<RunRow[]> =>
  prisma.run.findMany({
    where: { AND: [where(filter), after === null ? {} : olderThan(after)] },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });

export const countRuns = ({ prisma }: Database, filter: RunFilter): Promise<number> => prisma.run.count({ where: where(filter) });

export const readRunsById = ({ prisma }: Database, ids: readonly string[]): Promise<RunRow[]> =>
  prisma.run.findMany({ where: { id: { in: [...ids] } } });

const byArmAndSeed = [{ arm: { ordinal: "asc" as const } }, { seed: "asc" as const }, { id: "asc" as const }];

export const readRunsOfExperiments = ({ prisma }: Database, experimentIds: readonly string[]): Promise<RunRow[]> =>
  prisma.run.findMany({ where: { experimentId: { in: [...experimentIds] } }, orderBy: byArmAndSeed });

export const readRunsOfArms = ({ prisma }: Database, armIds: readonly string[]): Promise<RunRow[]> =>
  prisma.run.findMany({ where: { armId: { in: [...armIds] } }, orderBy: byArmAndSeed });

/** Every run the filter lets through, by arm and seed, at most `limit`. */
export const readFilteredRuns = ({ prisma }: Database, filter: RunFilter, limit: number): Promise<RunRow[]> =>
  prisma.run.findMany({ where: where(filter), orderBy: [{ experimentId: "asc" }, ...byArmAndSeed], take: limit });
