// Owns: reading groups and rollouts. Must not know: cursors, GraphQL.
import type { RolloutVerdict } from "@gradus/domain";
import type { Database } from "../database.ts";
import type { Prisma } from "../generated/client.ts";
import type { GroupRow, RolloutRow } from "../rows.ts";
import type { Ask } from "./page-reader.ts";

export interface RolloutFilter {
  readonly runId?: string | null | undefined;
  readonly step?: number | null | undefined;
  readonly groupId?: string | null | undefined;
  readonly evaluationId?: string | null | undefined;
  readonly problemId?: string | null | undefined;
  readonly verdicts?: readonly RolloutVerdict[] | null | undefined;
  readonly minReward?: number | null | undefined;
}

/** An evaluation's id is the id of its scope. */
const where = ({ runId, step, groupId, evaluationId, problemId, verdicts, minReward }: RolloutFilter): Prisma.RolloutWhereInput => ({
  ...(groupId ? { groupId } : {}),
  ...(verdicts ? { verdict: { in: [...verdicts] } } : {}),
  ...(typeof minReward === "number" ? { reward: { gte: minReward } } : {}),
  group: {
    ...(runId ? { runId } : {}),
    ...(typeof step === "number" ? { step, scopeKind: "STEP" as const } : {}),
    ...(evaluationId ? { scope: evaluationId } : {}),
    ...(problemId ? { problemId } : {}),
  },
});

/** By group and index. Key: scope, ordinal, index. */
export const readRollouts = (
  { prisma }: Database,
  filter: RolloutFilter,
  { after, limit }: Ask,
): Promise<(RolloutRow & { group: GroupRow })[]> =>
  prisma.rollout.findMany({
    where: { AND: [where(filter), after === null ? {} : behind(after)] },
    include: { group: true },
    orderBy: [{ group: { scope: "asc" } }, { group: { ordinal: "asc" } }, { index: "asc" }],
    take: limit,
  });

export const rolloutKey = ({ group, index }: { readonly group: GroupRow; readonly index: number }): readonly string[] => [
  group.scope,
  String(group.ordinal),
  String(index),
];

function behind([scope = "", ordinal = "", index = ""]: readonly string[]): Prisma.RolloutWhereInput {
  const [at, from] = [Number(ordinal), Number(index)];
  return {
    OR: [
      { group: { scope: { gt: scope } } },
      { group: { scope, ordinal: { gt: at } } },
      { group: { scope, ordinal: at }, index: { gt: from } },
    ],
  };
}

export const readRolloutsById = ({ prisma }: Database, ids: readonly string[]): Promise<RolloutRow[]> =>
  prisma.rollout.findMany({ where: { id: { in: [...ids] } } });

export const readRolloutsOfGroups = ({ prisma }: Database, groupIds: readonly string[]): Promise<RolloutRow[]> =>
  prisma.rollout.findMany({ where: { groupId: { in: [...groupIds] } }, orderBy: { index: "asc" } });

export const readGroupsById = ({ prisma }: Database, ids: readonly string[]): Promise<GroupRow[]> =>
  prisma.group.findMany({ where: { id: { in: [...ids] } } });

/** Groups of steps in order of the draw. */
export const readGroupsOfSteps = (
  { prisma }: Database,
  keys: readonly { readonly runId: string; readonly step: number }[],
): Promise<GroupRow[]> => prisma.group.findMany({ where: { scopeKind: "STEP", OR: [...keys] }, orderBy: { ordinal: "asc" } });
