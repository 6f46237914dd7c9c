// Owns: the record of every attempt at a stage. A retry is visible, never silent.
import type { StageAttempt } from "@gradus/domain";
import type { Sql } from "../database.ts";
import { inRun } from "./run-transaction.ts";
import { storableText } from "./storable-text.ts";

const MAX_FAILURE_CHARACTERS = 2_000;

/** Records the start; attempts at the same stage that never ended are marked LOST. Returns the execution's id. */
export async function stageStarted(sql: Sql, { scope, stage, attempt, nodeId }: StageAttempt): Promise<string> {
  const id = `${scope.id}/${stage}/${attempt}/${crypto.randomUUID().slice(0, 8)}`;
  await sql`with lost as (
      update "StageExecution" set outcome = 'LOST', "endedAt" = now() where scope = ${scope.id} and stage = ${stage} and outcome = 'STARTED')
    insert into "StageExecution" (id, scope, "scopeKind", "experimentId", "runId", step, stage, attempt, "nodeId")
    values (${id}, ${scope.id}, ${scope.kind}, ${scope.experimentId}, ${scope.runId ?? null}, ${scope.step ?? null}, ${stage}, ${attempt}, ${nodeId})`;
  return id;
}

/** Records the end, and tells the run's stream. `failure` null: the stage completed. */
export async function stageEnded(sql: Sql, id: string, attempt: StageAttempt, failure: string | null): Promise<void> {
  const outcome = failure === null ? "COMPLETED" : "FAILED";
  const text = failure === null ? null : storableText(failure).slice(0, MAX_FAILURE_CHARACTERS);
  const { scope, stage, nodeId } = attempt;
  if (scope.runId === undefined) {
    await sql`update "StageExecution" set outcome = ${outcome}, failure = ${text}, "endedAt" = now() where id = ${id}`;
    return;
  }
  await inRun(sql, scope.runId, null, async (tx, emit) => {
    await tx`update "StageExecution" set outcome = ${outcome}, failure = ${text}, "endedAt" = now() where id = ${id}`;
    emit({ type: "STAGE_ENDED", step: scope.step ?? null, stage, attempt: attempt.attempt, outcome, nodeId });
  });
}
