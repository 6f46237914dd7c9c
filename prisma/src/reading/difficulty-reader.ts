// Owns: reading how policies fared at problems as they trained. Must not know: chains, GraphQL.
import type { ProblemTries } from "@gradus/domain/chain-lineage";
import type { Database } from "../database.ts";

export interface TriesOf {
  /** Null: of every run of the problems' own project. */
  readonly runIds: readonly string[] | null;
  readonly experimentId: string | null;
}

/** What one policy version did with one problem in a step or an evaluation of a run, by run, version and step. Passed are rollouts whose tests all did. */
export const readTries = (
  { sql }: Database,
  problemIds: readonly string[],
  { runIds, experimentId }: TriesOf,
): Promise<(ProblemTries & { readonly runId: string })[]> => {
  const runs = runIds === null ? null : [...runIds];
  return sql<(ProblemTries & { runId: string })[]>`
    select g."problemId", g."runId", g."scopeKind" = 'EVALUATION' as "isEvaluation", coalesce(g.step, 0) as step, r."policyVersion",
      count(*)::int as attempts, count(*) filter (where r.verdict = 'EXECUTED' and jsonb_array_length(r.execution->'tests') > 0
        and not r.execution->'tests' @? '$[*] ? (@.verdict != "OK")')::int as passes
    from "Group" g join "Rollout" r on r."groupId" = g.id and r.verdict <> 'SANDBOX_ERROR'
      join "Problem" p on p.id = g."problemId" join "Run" n on n.id = g."runId" join "Experiment" e on e.id = n."experimentId" and e."projectId" = p."projectId"
    where g."problemId" = any(${[...problemIds]}::text[])
      and (${runs}::text[] is null or g."runId" = any(${runs}::text[])) and (${experimentId}::text is null or n."experimentId" = ${experimentId})
    group by 1, 2, 3, 4, 5 order by 2, 5, 4, 3, 1`;
};

/** The problems of a chain in the project of a run, by rung. */
export const readChain = (
  { sql }: Database,
  chain: string,
  runId: string,
): Promise<{ readonly problemId: string; readonly rung: number }[]> =>
  sql<{ problemId: string; rung: number }[]>`
    select p.id as "problemId", coalesce(p.rung, 0) as rung from "Problem" p
      join "Run" r on r.id = ${runId} join "Experiment" e on e.id = r."experimentId" and e."projectId" = p."projectId"
    where p.chain = ${chain} order by 2, 1`;
