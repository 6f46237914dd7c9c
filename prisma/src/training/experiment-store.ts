// Owns: an experiment's course in the database: its problem set, its status, the runs still to do. Must not know: how it was created.
import type { ExperimentEvent, ExperimentStatus } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import { EVENTS_CHANNEL } from "./run-transaction.ts";

export async function attachProblemSet(sql: Sql, experimentId: string, problemSetId: string): Promise<void> {
  await sql`update "Experiment" set "problemSetId" = ${problemSetId} where id = ${experimentId} and "problemSetId" is null`;
}

/** Ids of the runs that have not ended, seeds first, so that every arm has its first seed before any has its second. */
export async function readUnfinishedRuns(sql: Sql, experimentId: string): Promise<string[]> {
  const rows = await sql<{ id: string }[]>`
    select r.id from "Run" r join "Arm" a on a.id = r."armId"
    where r."experimentId" = ${experimentId} and r.status not in ('COMPLETED', 'FAILED', 'CANCELLED') and r."forkedFromRunId" is null order by r.seed, a.ordinal`;
  return rows.map((row) => row.id);
}

/** Sets the status; the event and the row commit together, and an unchanged status leaves no event. */
export const setExperimentStatus = (
  sql: Sql,
  experimentId: string,
  status: ExperimentStatus,
  cause: string | undefined,
  finished: boolean,
): Promise<void> => sql.begin((tx) => setExperimentStatusIn(tx, experimentId, status, cause, finished));

export async function setExperimentStatusIn(
  tx: Transaction,
  experimentId: string,
  status: ExperimentStatus,
  cause: string | undefined,
  finished: boolean,
): Promise<void> {
  const [changed] = await tx<{ position: string }[]>`
    update "Experiment" set status = ${status}, cause = ${cause ?? null}, "startedAt" = coalesce("startedAt", now()),
      "finishedAt" = case when ${finished} then now() else null end, "streamPosition" = "streamPosition" + 1
    where id = ${experimentId} and (status <> ${status} or cause is distinct from ${cause ?? null}) returning "streamPosition" as position`;
  if (changed === undefined) return;
  const { type, ...data }: ExperimentEvent = { type: "EXPERIMENT_STATUS_CHANGED", status, cause: cause ?? null };
  await tx`insert into "ExperimentEvent" ("experimentId", position, type, data) values (${experimentId}, ${changed.position}, ${type}, ${tx.json(data)})`;
  await tx`select pg_notify(${EVENTS_CHANNEL}, ${experimentId})`;
}
