// Owns: reading what runs are made of: steps, stage executions, policy versions. A page for each of many runs comes by one query.
// Must not know: cursors, GraphQL.
import type { Database } from "../database.ts";
import type { CheckpointRow, PolicyVersionRow, StageExecutionRow, StepRow } from "../rows.ts";
import type { Ask } from "./page-reader.ts";

/** In order. Key: step. */
export const readStepsOfRuns = ({ sql }: Database, runIds: readonly string[], { after, limit }: Ask): Promise<StepRow[]> =>
  sql<StepRow[]>`
    select s.* from unnest(${[...runIds]}::text[]) as r(id) cross join lateral (
      select * from "Step" where "runId" = r.id and step > ${Number(after?.[0] ?? -1)} order by step limit ${limit}) s`;

export const readStepsByKey = (
  { prisma }: Database,
  keys: readonly { readonly runId: string; readonly step: number }[],
): Promise<StepRow[]> => prisma.step.findMany({ where: { OR: [...keys] } });

/** In the order they began. Key: startedAt as ISO text, id. */
export const readStageExecutionsOfRuns = (
  { sql }: Database,
  runIds: readonly string[],
  { after, limit }: Ask,
): Promise<StageExecutionRow[]> =>
  sql<StageExecutionRow[]>`
    select s.* from unnest(${[...runIds]}::text[]) as r(id) cross join lateral (
      select * from "StageExecution" where "runId" = r.id
        and ("startedAt", id) > (${after?.[0] ?? "0001-01-01T00:00:00Z"}::timestamp, ${after?.[1] ?? ""}) order by "startedAt", id limit ${limit}) s`;

export const stageExecutionKey = (row: StageExecutionRow): readonly string[] => [row.startedAt.toISOString(), row.id];

/** Every attempt of the stages of steps, in the order they began. */
export const readStageExecutionsOfSteps = (
  { prisma }: Database,
  keys: readonly { readonly runId: string; readonly step: number }[],
): Promise<StageExecutionRow[]> =>
  prisma.stageExecution.findMany({ where: { scopeKind: "STEP", OR: [...keys] }, orderBy: [{ startedAt: "asc" }, { id: "asc" }] });

/** In order. Key: version. */
export const readPolicyVersionsOfRuns = (
  { sql }: Database,
  runIds: readonly string[],
  { after, limit }: Ask,
): Promise<PolicyVersionRow[]> =>
  sql<PolicyVersionRow[]>`
    select v.* from unnest(${[...runIds]}::text[]) as r(id) cross join lateral (
      select * from "PolicyVersion" where "runId" = r.id and version > ${Number(after?.[0] ?? -1)} order by version limit ${limit}) v`;

export const readCheckpoints = ({ prisma }: Database, hashes: readonly string[]): Promise<CheckpointRow[]> =>
  prisma.checkpoint.findMany({ where: { contentHash: { in: [...hashes] } } });

/** Rollouts whose sandbox broke for good, over the credited steps of each run. */
export const countSandboxErrors = ({ sql }: Database, runIds: readonly string[]): Promise<{ runId: string; errors: number }[]> =>
  sql<{ runId: string; errors: number }[]>`
    select "runId", coalesce(sum((summary->>'sandboxErrors')::int), 0)::int as errors from "Step" where "runId" = any(${[...runIds]}::text[]) group by 1`;
