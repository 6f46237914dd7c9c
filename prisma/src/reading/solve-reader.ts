// Owns: reading what the groups of runs solved. Must not know: rates, GraphQL.
import { bucketOf } from "@gradus/domain";
import type { Bucket } from "@gradus/domain";
import type { SolvedGroup } from "@gradus/domain/statistics";
import type { Database } from "../database.ts";

export interface SolvedGroupRow extends SolvedGroup {
  readonly runId: string;
  /** How hard the problem was measured to be, in the bins that the run's curriculum has; null: in none of them. */
  readonly bucket: Bucket | null;
}

export interface TrainingProblems {
  readonly runId: string;
  readonly bucket: Bucket | null;
  readonly problems: number;
}

/** A pass rate as it was measured, and the bins by which its run calls it easy or hard. */
interface Measured {
  readonly measuredPasses: number | null;
  readonly measuredAttempts: number | null;
  readonly bins: string | null;
}

const bucketIn = ({ measuredPasses: passes, measuredAttempts: attempts, bins }: Measured): Bucket | null =>
  passes === null || attempts === null ? null : bucketOf({ passes, attempts }, bins === "narrow" ? "narrow" : "broad");

/**
 * Every finished group of a problem that the run trains on, by step: passed are the rollouts whose tests all did, attempts those that were executed on a
 * whole machine. Problems that were written on the way, and the groups that wrote them, are no part of what a solve rate is of.
 */
export async function readSolvedGroups({ sql }: Database, runIds: readonly string[]): Promise<SolvedGroupRow[]> {
  const rows = await sql<(Omit<SolvedGroupRow, "bucket"> & Measured)[]>`
    select g."runId", g.step, g."problemId", count(*)::int as attempts,
      count(*) filter (where r.verdict = 'EXECUTED' and jsonb_array_length(r.execution->'tests') > 0
        and not r.execution->'tests' @? '$[*] ? (@.verdict != "OK")')::int as passes,
      min(m.passes) as "measuredPasses", min(m.attempts) as "measuredAttempts", min(a.configuration->'curriculum'->>'bins') as bins
    from "Group" g join "Step" s on s."runId" = g."runId" and s.step = g.step and s."completedAt" is not null
    join "Rollout" r on r."groupId" = g.id and r.verdict <> 'SANDBOX_ERROR'
    join "Run" n on n.id = g."runId" join "Arm" a on a.id = n."armId" join "Experiment" e on e.id = n."experimentId"
    join "ProblemSetMember" m on m."problemSetId" = coalesce(a.configuration->>'trainingSet', e."problemSetId") and m."problemId" = g."problemId" and m.split = 'TRAIN'
    where g."runId" = any(${[...runIds]}::text[]) and g."scopeKind" = 'STEP' group by g.id order by g."runId", g.step, g.ordinal`;
  return rows.map(({ measuredPasses, measuredAttempts, bins, ...row }) => ({
    ...row,
    bucket: bucketIn({ measuredPasses, measuredAttempts, bins }),
  }));
}

/** How many problems of each difficulty each run trains on: of its arm's frozen selection, else its experiment's set. A run without a set is not in it. */
export async function countTrainingProblems({ sql }: Database, runIds: readonly string[]): Promise<TrainingProblems[]> {
  const rows = await sql<({ readonly runId: string; readonly problems: number } & Measured)[]>`
    select r.id as "runId", m.passes as "measuredPasses", m.attempts as "measuredAttempts", a.configuration->'curriculum'->>'bins' as bins, count(*)::int as problems
    from "Run" r join "Arm" a on a.id = r."armId" join "Experiment" e on e.id = r."experimentId"
    join "ProblemSetMember" m on m."problemSetId" = coalesce(a.configuration->>'trainingSet', e."problemSetId") and m.split = 'TRAIN'
    where r.id = any(${[...runIds]}::text[]) group by 1, 2, 3, 4`;
  return rows.map((row) => ({ runId: row.runId, problems: row.problems, bucket: bucketIn(row) }));
}
