// Owns: reading evaluations and what they came to. Must not know: cursors, GraphQL.
import type { Bucket, EnvironmentName } from "@gradus/domain";
import type { Database } from "../database.ts";
import type { EvaluationResultRow, EvaluationRow } from "../rows.ts";
import type { Ask } from "./page-reader.ts";

/** An evaluation as it is seen from a run: its own, or the one it shares with the runs that start from the same weights. */
export interface EvaluationOfRun extends EvaluationRow {
  readonly ofRun: string;
}

/** Evaluations of runs by step and suite. A run without one of its own at step 0 has its experiment's shared one, if that was of the weights it began with. */
export const readEvaluationsOfRuns = ({ sql }: Database, runIds: readonly string[]): Promise<EvaluationOfRun[]> =>
  sql<EvaluationOfRun[]>`
    select e.*, r.id as "ofRun" from unnest(${[...runIds]}::text[]) as asked(id) join "Run" r on r.id = asked.id
    join "Evaluation" e on e."runId" = r.id or (
      e."runId" is null and e."experimentId" = r."experimentId"
      and not exists (select from "Evaluation" own where own."runId" = r.id and own.step = e.step and own.suite is not distinct from e.suite)
      and exists (select from "PolicyVersion" v where v."runId" = r.id and v.version = e."policyVersion" and v."checkpointHash" = e."policyHash"))
    order by r.id, e.step, e.id`;

export const readSharedEvaluations = ({ prisma }: Database, experimentIds: readonly string[]): Promise<EvaluationRow[]> =>
  prisma.evaluation.findMany({
    where: { experimentId: { in: [...experimentIds] }, runId: null, suite: null },
    orderBy: [{ step: "asc" }, { id: "asc" }],
  });

export const readEvaluationsById = ({ prisma }: Database, ids: readonly string[]): Promise<EvaluationRow[]> =>
  prisma.evaluation.findMany({ where: { id: { in: [...ids] } } });

export interface BucketScore {
  readonly evaluationId: string;
  readonly bucket: Bucket | null;
  readonly passAt1: number;
  readonly problemCount: number;
}

export const readBucketScores = ({ sql }: Database, evaluationIds: readonly string[]): Promise<BucketScore[]> =>
  sql<BucketScore[]>`
    select "evaluationId", bucket, coalesce(avg(passes::float8 / nullif(samples, 0)), 0) as "passAt1", count(*)::int as "problemCount" from "EvaluationResult"
    where "evaluationId" = any(${[...evaluationIds]}::text[]) group by 1, 2 order by 1, 2`;

/** A result with what its problem may be sorted by. */
export interface LabelledResult {
  readonly evaluationId: string;
  readonly bucket: Bucket | null;
  readonly environment: EnvironmentName;
  readonly difficulty: string | null;
  readonly date: string | null;
  readonly passes: number;
  readonly samples: number;
}

export const readLabelledResults = ({ sql }: Database, evaluationIds: readonly string[]): Promise<LabelledResult[]> =>
  sql<LabelledResult[]>`
    select r."evaluationId", r.bucket, p.environment, p.origin->>'difficulty' as difficulty, p.origin->>'date' as date, r.passes, r.samples
    from "EvaluationResult" r join "Problem" p on p.id = r."problemId" where r."evaluationId" = any(${[...evaluationIds]}::text[])`;

/** A page of results for each evaluation, by problem id. Key: problem id. */
export const readResultPages = (
  { sql }: Database,
  evaluationIds: readonly string[],
  { after, limit }: Ask,
): Promise<EvaluationResultRow[]> =>
  sql<EvaluationResultRow[]>`
    select p.* from unnest(${[...evaluationIds]}::text[]) as e(id) cross join lateral (
      select * from "EvaluationResult" where "evaluationId" = e.id and "problemId" > ${after?.[0] ?? ""} order by "problemId" limit ${limit}) p`;

/** Every result of evaluations, by problem id. */
export const readResults = ({ prisma }: Database, evaluationIds: readonly string[]): Promise<EvaluationResultRow[]> =>
  prisma.evaluationResult.findMany({
    where: { evaluationId: { in: [...evaluationIds] } },
    orderBy: [{ evaluationId: "asc" }, { problemId: "asc" }],
  });
