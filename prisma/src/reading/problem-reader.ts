// Owns: reading problems and problem sets. Must not know: cursors, GraphQL.
import type { Bucket, EnvironmentName, ProblemSplit } from "@gradus/domain";
import type { Database } from "../database.ts";
import type { Prisma } from "../generated/client.ts";
import type { ProblemRow, ProblemSetMemberRow, ProblemSetRow } from "../rows.ts";
import { olderThan } from "./experiment-reader.ts";
import type { Ask } from "./page-reader.ts";

export interface ProblemFilter {
  readonly project?: string | null | undefined;
  readonly problemSet?: string | null | undefined;
  readonly split?: ProblemSplit | null | undefined;
  readonly bucket?: Bucket | null | undefined;
  readonly environment?: EnvironmentName | null | undefined;
  readonly originContains?: string | null | undefined;
  readonly operation?: string | null | undefined;
  readonly chain?: string | null | undefined;
}

const where = ({
  project,
  problemSet,
  split,
  bucket,
  environment,
  originContains,
  operation,
  chain,
}: ProblemFilter): Prisma.ProblemWhereInput => ({
  ...(project ? { projectId: project } : {}),
  ...(environment ? { environment } : {}),
  ...(originContains ? { OR: originHolds(originContains) } : {}),
  ...(operation ? { operations: { has: operation } } : {}),
  ...(chain ? { chain } : {}),
  ...(problemSet || split || bucket
    ? {
        memberships: {
          some: { ...(problemSet ? { problemSetId: problemSet } : {}), ...(split ? { split } : {}), ...(bucket ? { bucket } : {}) },
        },
      }
    : {}),
});

const originHolds = (text: string): Prisma.ProblemWhereInput[] =>
  ["teacher", "source"].map((key) => ({ origin: { path: [key], string_contains: text, mode: "insensitive" as const } }));

/** By id. Key: id. */
export const readProblems = ({ prisma }: Database, filter: ProblemFilter, { after, limit }: Ask): Promise<ProblemRow[]> =>
  prisma.problem.findMany({
    where: { AND: [where(filter), after === null ? {} : { id: { gt: after[0] ?? "" } }] },
    orderBy: { id: "asc" },
    take: limit,
  });

export const countProblems = ({ prisma }: Database, filter: ProblemFilter): Promise<number> =>
  prisma.problem.count({ where: where(filter) });

export const readProblemsById = ({ prisma }: Database, ids: readonly string[]): Promise<ProblemRow[]> =>
  prisma.problem.findMany({ where: { id: { in: [...ids] } } });

/** The newest first. Key: createdAt as ISO text, id (`experimentKey`). */
export const readProblemSets = (
  { prisma }: Database,
  project: string | null | undefined,
  { after, limit }: Ask,
): Promise<ProblemSetRow[]> =>
  prisma.problemSet.findMany({
    where: { AND: [project ? { projectId: project } : {}, after === null ? {} : olderThan(after)] },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });

export const readProblemSetsById = ({ prisma }: Database, ids: readonly string[]): Promise<ProblemSetRow[]> =>
  prisma.problemSet.findMany({ where: { id: { in: [...ids] } } });

/** A page of members for each set, in order. Key: ordinal. */
export const readMembersOfSets = ({ sql }: Database, setIds: readonly string[], { after, limit }: Ask): Promise<ProblemSetMemberRow[]> =>
  sql<ProblemSetMemberRow[]>`
    select m.* from unnest(${[...setIds]}::text[]) as s(id) cross join lateral (
      select * from "ProblemSetMember" where "problemSetId" = s.id and ordinal > ${Number(after?.[0] ?? -1)} order by ordinal limit ${limit}) m`;

/** Of each problem, the newest set first. */
export const readMembershipsOfProblems = ({ prisma }: Database, problemIds: readonly string[]): Promise<ProblemSetMemberRow[]> =>
  prisma.problemSetMember.findMany({
    where: { problemId: { in: [...problemIds] } },
    orderBy: [{ problemSet: { createdAt: "desc" } }, { problemSetId: "desc" }],
  });

export interface MemberCount {
  readonly problemSetId: string;
  readonly split: ProblemSplit;
  readonly bucket: Bucket | null;
  readonly count: number;
}

export const countMembersOfSets = ({ sql }: Database, setIds: readonly string[]): Promise<MemberCount[]> =>
  sql<MemberCount[]>`
    select "problemSetId", split, bucket, count(*)::int as count from "ProblemSetMember" where "problemSetId" = any(${[...setIds]}::text[])
    group by 1, 2, 3 order by 1, 2, 3`;
