// Owns: the record of every attempt at a stage. A retry is visible, never silent.
import type { StageAttempt } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import { inRun } from "./run-transaction.ts";
import { storableText } from "./storable-text.ts";

const MAX_FAILURE_CHARACTERS = 2_000;

/** Records the start; attempts at the same stage that never ended are marked LOST. */
export async function stageStarted(sql: Sql, { id, scope, stage, attempt, nodeId }: StageAttempt): Promise<void> {
  await sql`with begun as (
      insert into "StageExecution" (id, scope, "scopeKind", "experimentId", "runId", step, stage, attempt, "nodeId")
      values (${id}, ${scope.id}, ${scope.kind}, ${scope.experimentId}, ${scope.runId ?? null}, ${scope.step ?? null}, ${stage}, ${attempt}, ${nodeId})
      on conflict do nothing returning 1)
    update "StageExecution" set outcome = 'LOST', "endedAt" = now()
    where scope = ${scope.id} and stage = ${stage} and outcome = 'STARTED' and exists (select from begun)`;
}

/** Records the end once, and tells the run's stream. `failure` null: the stage completed. An attempt given up as LOST may still end. */
export async function stageEnded(sql: Sql, attempt: StageAttempt, failure: string | null): Promise<void> {
  const outcome = failure === null ? "COMPLETED" : "FAILED";
  const text = failure === null ? null : storableText(failure).slice(0, MAX_FAILURE_CHARACTERS);
  const { id, scope, stage, nodeId } = attempt;
  const end = (tx: Sql | Transaction) => tx`
    update "StageExecution" set outcome = ${outcome}, failure = ${text}, "endedAt" = now() where id = ${id} and outcome in ('STARTED', 'LOST')`;
  if (scope.runId === undefined) {
    await end(sql);
    return;
  }
  await inRun(sql, scope.runId, null, async (tx, emit) => {
    const { count } = await end(tx);
    if (count > 0) emit({ type: "STAGE_ENDED", step: scope.step ?? null, stage, attempt: attempt.attempt, outcome, nodeId });
  });
}
