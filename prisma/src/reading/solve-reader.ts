// Owns: reading what the groups of runs solved. Must not know: rates, GraphQL.
import type { SolvedGroup } from "@gradus/domain/statistics";
import type { Database } from "../database.ts";

export interface SolvedGroupRow extends SolvedGroup {
  readonly runId: string;
}

/** Every finished group of a step by step: passed are the rollouts whose tests all did, attempts those that were executed on a whole machine. */
export const readSolvedGroups = ({ sql }: Database, runIds: readonly string[]): Promise<SolvedGroupRow[]> =>
  sql<SolvedGroupRow[]>`
    select g."runId", g.step, g."problemId", count(*)::int as attempts,
      count(*) filter (where r.verdict = 'EXECUTED' and jsonb_array_length(r.execution->'tests') > 0
        and not r.execution->'tests' @? '$[*] ? (@.verdict != "OK")')::int as passes
    from "Group" g join "Step" s on s."runId" = g."runId" and s.step = g.step and s."completedAt" is not null
    join "Rollout" r on r."groupId" = g.id and r.verdict <> 'SANDBOX_ERROR'
    where g."runId" = any(${[...runIds]}::text[]) and g."scopeKind" = 'STEP' group by g.id order by g."runId", g.step, g.ordinal`;

/** How many problems each run trains on: its arm's frozen selection, else its experiment's set. A run without a set is not in it. */
export const countTrainingProblems = ({ sql }: Database, runIds: readonly string[]): Promise<{ runId: string; problems: number }[]> =>
  sql<{ runId: string; problems: number }[]>`
    select r.id as "runId", count(*)::int as problems from "Run" r join "Arm" a on a.id = r."armId" join "Experiment" e on e.id = r."experimentId"
    join "ProblemSetMember" m on m."problemSetId" = coalesce(a.configuration->>'trainingSet', e."problemSetId") and m.split = 'TRAIN'
    where r.id = any(${[...runIds]}::text[]) group by r.id`;
