// Owns: reading syntheses, their turns and calls. Must not know: cursors, GraphQL, what the numbers come to.
import type { TurnOutcome, TurnRejection } from "@gradus/domain";
import type { Database } from "../database.ts";
import type { ModelCallRow, ModelReplyRow, SynthesisRow, SynthesisSeedRow, SynthesisTurnRow } from "../rows.ts";
import { olderThan } from "./experiment-reader.ts";
import type { Ask } from "./page-reader.ts";

/** The newest first. Key: createdAt as ISO text, id (`experimentKey`). */
export const readSyntheses = ({ prisma }: Database, project: string | null | undefined, { after, limit }: Ask): Promise<SynthesisRow[]> =>
  prisma.synthesis.findMany({
    where: { AND: [project ? { projectId: project } : {}, after === null ? {} : olderThan(after)] },
    orderBy: [{ createdAt: "desc" }, { id: "desc" }],
    take: limit,
  });

export const readSynthesesById = ({ prisma }: Database, ids: readonly string[]): Promise<SynthesisRow[]> =>
  prisma.synthesis.findMany({ where: { id: { in: [...ids] } } });

export const seedKey = ({ synthesisId, ordinal }: Pick<SynthesisSeedRow, "synthesisId" | "ordinal">): string => `${synthesisId}/${ordinal}`;

export const readSeedsByKey = ({ sql }: Database, keys: readonly string[]): Promise<SynthesisSeedRow[]> =>
  sql<SynthesisSeedRow[]>`select * from "SynthesisSeed" where "synthesisId" || '/' || ordinal = any(${[...keys]}::text[])
    and "synthesisId" = any(${[...new Set(keys.map((key) => key.slice(0, key.lastIndexOf("/"))))]}::text[])`;

export type ModelCallWithReply = ModelCallRow & { readonly reply: ModelReplyRow | null };

export const readTeacherCalls = ({ prisma }: Database, turnIds: readonly string[]): Promise<ModelCallWithReply[]> =>
  prisma.modelCall.findMany({ where: { subject: { in: [...turnIds] }, role: "TEACHER" }, include: { reply: true } });

export interface TurnFilter {
  readonly seed?: number | null | undefined;
  readonly turn?: number | null | undefined;
  readonly rejection?: TurnRejection | null | undefined;
  readonly kept?: boolean | null | undefined;
}

/** In order of seed and turn. Key: seed, turn. */
export const readTurnPage = (
  { prisma }: Database,
  synthesisId: string,
  { seed, turn, rejection, kept }: TurnFilter,
  { after, limit }: Ask,
): Promise<SynthesisTurnRow[]> => {
  const [afterSeed, afterTurn] = (after ?? []).map(Number);
  return prisma.synthesisTurn.findMany({
    where: {
      AND: [
        { synthesisId },
        seed == null ? {} : { seed },
        turn == null ? {} : { turn },
        rejection ? { rejection } : {},
        kept == null ? {} : kept ? { rejection: null, attempts: { not: null } } : { rejection: { not: null } },
        afterSeed === undefined || afterTurn === undefined
          ? {}
          : { OR: [{ seed: { gt: afterSeed } }, { seed: afterSeed, turn: { gt: afterTurn } }] },
      ],
    },
    orderBy: [{ seed: "asc" }, { turn: "asc" }],
    take: limit,
  });
};

export type TurnOutcomeRow = TurnOutcome & { readonly synthesisId: string };

/** In order of seed and turn. */
export const readOutcomesOfSyntheses = ({ sql }: Database, ids: readonly string[]): Promise<TurnOutcomeRow[]> =>
  sql<TurnOutcomeRow[]>`
    select "synthesisId", seed, turn, request, rejection, passes, attempts from "SynthesisTurn" where "synthesisId" = any(${[...ids]}::text[])
    order by "synthesisId", seed, turn`;

export const countSeedsOfSyntheses = ({ sql }: Database, ids: readonly string[]): Promise<{ synthesisId: string; count: number }[]> =>
  sql<{ synthesisId: string; count: number }[]>`
    select "synthesisId", count(*)::int as count from "SynthesisSeed" where "synthesisId" = any(${[...ids]}::text[]) group by 1`;

export interface UsageRow {
  readonly synthesisId: string;
  readonly role: "TEACHER" | "STUDENT";
  readonly model: string | null;
  readonly calls: number;
  readonly cached: number;
  readonly failed: number;
  readonly requests: number;
  readonly promptTokens: string;
  readonly completionTokens: string;
  readonly reasoningTokens: string;
  readonly cost: number;
  readonly seconds: number;
}

/** By role and model. Tokens of stored replies were paid for by another call. */
export const readUsageOfSyntheses = ({ sql }: Database, ids: readonly string[]): Promise<UsageRow[]> =>
  sql<UsageRow[]>`
    select c."synthesisId", c.role, r.model, count(*)::int as calls, count(*) filter (where c.cached)::int as cached, count(*) filter (where c.failure is not null)::int as failed,
      sum(c.tries)::int as requests, coalesce(sum(r."promptTokens") filter (where not c.cached), 0)::text as "promptTokens",
      coalesce(sum(r."completionTokens") filter (where not c.cached), 0)::text as "completionTokens",
      coalesce(sum(r."reasoningTokens") filter (where not c.cached), 0)::text as "reasoningTokens", sum(c.cost) as cost, sum(c.seconds) as seconds
    from "ModelCall" c left join "ModelReply" r on r."requestHash" = c."requestHash" where c."synthesisId" = any(${[...ids]}::text[])
    group by 1, 2, 3 order by 1, 2 desc, 3`;
