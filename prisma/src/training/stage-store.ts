// Owns: the record of every attempt at a stage. A retry is visible, never silent.
import type { StageAttempt } from "@gradus/domain";
import type { Sql } from "../database.ts";
import { EVENTS_CHANNEL } from "./run-transaction.ts";
import { storableText } from "./storable-text.ts";

const MAX_FAILURE_CHARACTERS = 2_000;

/**
 * Records the start; attempts at the same stage that never ended are marked LOST. The stored number is one more than the last one's at
 * least: Temporal counts anew when a run moves to another node, or when a workflow's own worker dies in the middle of a stage.
 */
export async function stageStarted(sql: Sql, { id, scope, stage, attempt, nodeId }: StageAttempt): Promise<void> {
  await sql`with begun as (
      insert into "StageExecution" (id, scope, "scopeKind", "experimentId", "runId", step, stage, attempt, "nodeId")
      select ${id}, ${scope.id}, ${scope.kind}::"ScopeKind", ${scope.experimentId}, ${scope.runId ?? null}, ${scope.step ?? null}::int, ${stage}::"Stage",
        greatest(${attempt}::int, 1 + coalesce(max(attempt), 0)), ${nodeId} from "StageExecution" where scope = ${scope.id} and stage = ${stage}
      on conflict do nothing returning 1)
    update "StageExecution" set outcome = 'LOST', "endedAt" = now()
    where scope = ${scope.id} and stage = ${stage} and outcome = 'STARTED' and exists (select from begun)`;
}

/**
 * Records the end once, and tells the run's stream. `failure` null: the stage completed. An attempt given up as LOST may still end. One
 * statement: every stage of every step waits for it, and a transaction would ask the database seven times.
 */
export async function stageEnded(sql: Sql, { id, scope, stage, nodeId }: StageAttempt, failure: string | null): Promise<void> {
  const outcome = failure === null ? "COMPLETED" : "FAILED";
  const text = failure === null ? null : storableText(failure).slice(0, MAX_FAILURE_CHARACTERS);
  const told = { step: scope.step ?? null, stage, outcome, nodeId };
  // The run's row is locked first, as every writer of a run does it: so two writers wait for each other and never for themselves.
  await sql`with run as (select id from "Run" where id = ${scope.runId ?? null} for update),
    ended as (
      update "StageExecution" set outcome = ${outcome}, failure = ${text}, "endedAt" = now()
      where id = ${id} and outcome in ('STARTED', 'LOST') and (select count(*) from run) >= 0 returning attempt),
    moved as (
      update "Run" set "streamPosition" = "streamPosition" + 1 from ended where "Run".id = (select id from run)
      returning "Run".id, "streamPosition" as position, ended.attempt),
    event as (
      insert into "Event" ("runId", position, type, data)
      select id, position, 'STAGE_ENDED', ${sql.json(told)}::jsonb || jsonb_build_object('attempt', attempt) from moved)
    select pg_notify(${EVENTS_CHANNEL}, id) from moved`;
}
