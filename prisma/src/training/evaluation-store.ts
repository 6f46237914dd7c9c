// Owns: evaluations and measurements in the database: c of n for each problem. Must not know: how a rollout is judged.
import { evaluationPoints } from "@gradus/domain";
import type { Bucket, EvaluationPlan, PolicyRef, PosedGroup, Scope, ScoredProblem } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import { saveGroups } from "./rollout-store.ts";
import { inRun, recordPoints } from "./run-transaction.ts";

export interface EvaluationRow {
  readonly scope: Scope;
  readonly policy: PolicyRef;
  readonly problemSetId: string;
  readonly plan: EvaluationPlan;
  /** How it is posed and judged. */
  readonly harnessHash: string;
  /** Which problems, in their order. */
  readonly problemsHash: string;
}

/** Makes the evaluation's groups durable. Returns true when it was scored before. The evaluation's id is its scope's. */
export async function saveEvaluationDraw(sql: Sql, evaluation: EvaluationRow, groups: readonly PosedGroup[]): Promise<boolean> {
  const { scope, policy, problemSetId, plan, harnessHash, problemsHash } = evaluation;
  return sql.begin(async (tx) => {
    const inserted = await tx`
      insert into "Evaluation" (id, "experimentId", "runId", step, "policyVersion", "policyHash", "problemSetId", suite, domain, samples, temperature, "topP",
        "windowFrom", "windowTo", "harnessHash", "problemsHash")
      values (${scope.id}, ${scope.experimentId}, ${scope.runId ?? null}, ${scope.step ?? 0}, ${policy.version}, ${policy.hash}, ${problemSetId}, ${plan.suite},
        ${plan.domain}::"EvaluationDomain", ${plan.samples}, ${plan.temperature}, ${plan.topP}, ${plan.from ?? null}, ${plan.to ?? null}, ${harnessHash}, ${problemsHash})
      on conflict do nothing`;
    if (inserted.count > 0) await saveGroups(tx, scope, plan.samples, groups);
    const [row] = await tx<{ completedAt: Date | null }[]>`select "completedAt" from "Evaluation" where id = ${scope.id}`;
    return row?.completedAt != null;
  });
}

/** `samples`: executed attempts; a broken sandbox is no attempt. */
export interface ProblemScore extends ScoredProblem {
  readonly problemId: string;
  readonly bucket: Bucket | null;
}

/** Records the scores once, with the run's points and event where a run owns the evaluation. */
export async function saveScores(sql: Sql, scope: Scope, scores: readonly ProblemScore[]): Promise<void> {
  const save = async (tx: Transaction): Promise<boolean> => {
    const completed = await tx`update "Evaluation" set "completedAt" = now() where id = ${scope.id} and "completedAt" is null`;
    if (completed.count === 0) return false;
    await tx`insert into "EvaluationResult" ("evaluationId", "problemId", bucket, passes, samples)
      select ${scope.id}, r."problemId", r.bucket::"Bucket", r.passes, r.samples
      from jsonb_to_recordset(${tx.json(scores as never)}) as r("problemId" text, bucket text, passes int, samples int)`;
    return true;
  };
  const { runId, step } = scope;
  if (runId === undefined || step === undefined) {
    await sql.begin(save);
    return;
  }
  await inRun(sql, runId, null, async (tx, emit) => {
    if (!(await save(tx))) return;
    const points = evaluationPoints(step, scores, scope.suite);
    const suite = scope.suite === undefined ? {} : { suite: scope.suite };
    emit({ type: "EVALUATION_COMPLETED", step, evaluationId: scope.id, passAt1: points[0]?.value ?? 0, ...suite });
    await recordPoints(tx, emit, runId, points, scope.id);
  });
}

/** Writes measured pass rates into the set's members: integers k of M, and the bucket that follows. */
export async function saveMeasurement(sql: Sql, problemSetId: string, scores: readonly ProblemScore[]): Promise<void> {
  await sql`update "ProblemSetMember" m set passes = r.passes, attempts = r.samples, bucket = r.bucket::"Bucket"
    from jsonb_to_recordset(${sql.json(scores as never)}) as r("problemId" text, bucket text, passes int, samples int)
    where m."problemSetId" = ${problemSetId} and m."problemId" = r."problemId"`;
}
