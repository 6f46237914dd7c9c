// Owns: reading what a run waits for: its newest attempt of a stage, what such a stage usually takes, and the nodes that could do it.
// Must not know: task queues, words.
import type { NodeRole, Stage, StageOutcome } from "@gradus/domain";
import type { Database } from "../database.ts";
import type { WorkerNodeRow } from "../rows.ts";

export interface LastAttempt {
  readonly stage: Stage;
  readonly step: number;
  readonly attempt: number;
  readonly outcome: StageOutcome;
  readonly nodeId: string;
  /** When it began where it goes on, else when it ended. */
  readonly since: Date;
}

/** The run's newest attempt of a stage of a step: one that goes on before any that ended. Null where none has begun. */
export async function readLastAttempt({ sql }: Database, runId: string): Promise<LastAttempt | null> {
  const [row] = await sql<LastAttempt[]>`
    select stage, step, attempt, outcome, "nodeId", coalesce("endedAt", "startedAt") as since from "StageExecution"
    where "runId" = ${runId} and "scopeKind" = 'STEP' and step is not null
    order by outcome = 'STARTED' desc, step desc, coalesce("endedAt", "startedAt") desc limit 1`;
  return row ?? null;
}

/** Median seconds of the run's last attempts of the stage that completed; null where none has. */
export async function readUsualSeconds({ sql }: Database, runId: string, stage: Stage): Promise<number | null> {
  const [row] = await sql<{ seconds: number | null }[]>`
    select percentile_cont(0.5) within group (order by extract(epoch from "endedAt" - "startedAt"))::float8 as seconds from (
      select "startedAt", "endedAt" from "StageExecution" where "runId" = ${runId} and "scopeKind" = 'STEP' and stage = ${stage}::"Stage" and outcome = 'COMPLETED'
      order by "startedAt" desc limit 20) last`;
  return row?.seconds ?? null;
}

/** Nodes of the role that have not said goodbye and were heard of within the hour, by id. */
export const readNodesOfRole = ({ sql }: Database, role: NodeRole): Promise<WorkerNodeRow[]> =>
  sql<WorkerNodeRow[]>`
    select id, roles::text[] as roles, "taskQueue", labels, capabilities, "startedAt", "lastSeenAt", "stoppedAt", "drainingSince", report from "Node"
    where ${role}::"NodeRole" = any(roles) and "stoppedAt" is null and "lastSeenAt" > now() - interval '1 hour' order by id`;
