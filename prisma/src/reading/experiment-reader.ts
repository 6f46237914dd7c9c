// Owns: reading experiments, arms and curricula. Must not know: cursors, GraphQL.
import type { ExperimentStatus } from "@gradus/domain";
import type { Database } from "../database.ts";
import type { Prisma } from "../generated/client.ts";
import type { ArmRow, CurriculumRow, ExperimentRow } from "../rows.ts";
import type { Ask } from "./page-reader.ts";
import type { Shelf } from "./run-reader.ts";

export interface ExperimentFilter {
  readonly project?: string | null | undefined;
  readonly statuses?: readonly ExperimentStatus[] | null | undefined;
  readonly nameContains?: string | null | undefined;
  /** Texts by text: every one of them. */
  readonly tags?: Readonly<Record<string, string>> | null | undefined;
  readonly shelf?: Shelf | null | undefined;
}

const SHELVES: Readonly<Record<Shelf, Prisma.ExperimentWhereInput>> = {
  ACTIVE: { archivedAt: null, deletedAt: null },
  ARCHIVED: { archivedAt: { not: null }, deletedAt: null },
  DELETED: { deletedAt: { not: null } },
  ANY: {},
};

const where = ({ project, statuses, nameContains, tags, shelf }: ExperimentFilter): Prisma.ExperimentWhereInput => ({
  ...SHELVES[shelf ?? "ACTIVE"],
  ...(project ? { projectId: project } : {}),
  ...(statuses ? { status: { in: [...statuses] } } : {}),
  ...(nameContains ? { name: { contains: nameContains, mode: "insensitive" as const } } : {}),
  ...(tags ? { AND: Object.entries(tags).map(([key, equals]) => ({ tags: { path: [key], equals } })) } : {}),
});

/** The newest first. Key: createdAt as ISO text, id. */
export const readExperiments = ({ prisma }: Database, filter: ExperimentFilter, { after, limit }: Ask): Promise<ExperimentRow[]> =>
  prisma.experiment.findMany({
    where: { AND: [where(filter), after === null ? {} : olderThan(after)] },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });

export const experimentKey = (row: { readonly createdAt: Date; readonly id: string }): readonly string[] => [
  row.createdAt.toISOString(),
  row.id,
];

/** Rows behind the key in the order "newest first". */
export function olderThan([createdAt = "", id = ""]: readonly string[]): { OR: { createdAt: Date | { lt: Date }; id?: { lt: string } }[] } {
  const at = new Date(createdAt);
  return { OR: [{ createdAt: { lt: at } }, { createdAt: at, id: { lt: id } }] };
}

export const countExperiments = ({ prisma }: Database, filter: ExperimentFilter): Promise<number> =>
  prisma.experiment.count({ where: where(filter) });

export const readExperimentsById = ({ prisma }: Database, ids: readonly string[]): Promise<ExperimentRow[]> =>
  prisma.experiment.findMany({ where: { id: { in: [...ids] } } });

/** Arms of experiments in the order of their files. */
export const readArmsOf = ({ prisma }: Database, experimentIds: readonly string[]): Promise<ArmRow[]> =>
  prisma.arm.findMany({ where: { experimentId: { in: [...experimentIds] } }, orderBy: { ordinal: "asc" } });

export const readArmsById = ({ prisma }: Database, ids: readonly string[]): Promise<ArmRow[]> =>
  prisma.arm.findMany({ where: { id: { in: [...ids] } } });

export const readCurriculaById = ({ prisma }: Database, ids: readonly string[]): Promise<CurriculumRow[]> =>
  prisma.curriculum.findMany({ where: { id: { in: [...ids] } } });

/** By name and version. */
export const readCurricula = ({ prisma }: Database, project: string | null | undefined): Promise<CurriculumRow[]> =>
  prisma.curriculum.findMany({ where: project ? { projectId: project } : {}, orderBy: [{ name: "asc" }, { version: "asc" }], take: 1_000 });

/** The newest 100 arms of each curriculum. */
export const readArmsOfCurricula = ({ sql }: Database, curriculumIds: readonly string[]): Promise<ArmRow[]> =>
  sql<ArmRow[]>`
    select a.* from unnest(${[...curriculumIds]}::text[]) as c(id) cross join lateral (
      select arm.* from "Arm" arm join "Experiment" e on e.id = arm."experimentId" where arm."curriculumId" = c.id
      order by e."createdAt" desc, arm.ordinal limit 100) a`;

/** How far an experiment is: its state, its runs by theirs, and the steps of all of them. */
export interface ExperimentProgressRow {
  readonly experimentId: string;
  readonly status: ExperimentStatus;
  readonly queued: number;
  readonly running: number;
  readonly paused: number;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly stepsDone: bigint;
  readonly totalSteps: bigint;
}

/** @throws Error where there is no such experiment */
export async function readProgress({ sql }: Database, experimentId: string): Promise<ExperimentProgressRow> {
  const [row] = await sql<(Omit<ExperimentProgressRow, "stepsDone" | "totalSteps"> & { stepsDone: string; totalSteps: string })[]>`
    select e.id as "experimentId", e.status, count(*) filter (where r.status = 'QUEUED')::int as queued,
      count(*) filter (where r.status = 'RUNNING')::int as running, count(*) filter (where r.status = 'PAUSED')::int as paused,
      count(*) filter (where r.status = 'COMPLETED')::int as completed, count(*) filter (where r.status = 'FAILED')::int as failed,
      count(*) filter (where r.status = 'CANCELLED')::int as cancelled,
      coalesce(sum(r."stepsDone"), 0)::text as "stepsDone", coalesce(sum(r."totalSteps"), 0)::text as "totalSteps"
    from "Experiment" e left join "Run" r on r."experimentId" = e.id where e.id = ${experimentId} group by e.id`;
  if (row === undefined) throw new Error(`experiment ${experimentId} is gone`);
  return { ...row, stepsDone: BigInt(row.stepsDone), totalSteps: BigInt(row.totalSteps) };
}
