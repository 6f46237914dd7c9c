// Owns: a run's life in the database: begin, lease, status, length. Must not know: rollouts, Temporal.
import { isFinished, MissingRow, readStoredRun } from "@gradus/domain";
import type { RunSpec, RunStatus } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import { inRun } from "./run-transaction.ts";
import type { Emit } from "./run-transaction.ts";

export interface RunRow {
  readonly id: string;
  readonly experimentId: string;
  readonly projectId: string;
  readonly seed: number;
  readonly totalSteps: number;
  readonly spec: RunSpec;
  /** What it trains on. */
  readonly problemSetId: string;
}

/** A run with its arm's resolved configuration. @throws MissingRow */
export async function readRun(sql: Sql, runId: string): Promise<RunRow> {
  const [row] = await sql<
    {
      id: string;
      experimentId: string;
      projectId: string;
      seed: number;
      totalSteps: number;
      configuration: unknown;
      problemSetId: string | null;
    }[]
  >`
    select r.id, r."experimentId", e."projectId", r.seed, r."totalSteps", a.configuration, e."problemSetId"
    from "Run" r join "Arm" a on a.id = r."armId" join "Experiment" e on e.id = r."experimentId" where r.id = ${runId}`;
  if (row === undefined) throw new MissingRow(`run ${runId} does not exist`);
  if (row.problemSetId === null) throw new MissingRow(`experiment ${row.experimentId} has no problem set yet: it was not prepared`);
  const spec = readStoredRun(row.configuration);
  return { ...row, problemSetId: spec.trainingSet ?? row.problemSetId, spec };
}

export interface RunProgress {
  readonly step: number;
  readonly policy: { readonly version: number; readonly hash: string } | null;
}

/** The last completed step and the policy after it; where a run is resumed or forked, this is where it goes on. */
export async function readProgress(sql: Sql, runId: string): Promise<RunProgress> {
  const [step] = await sql<
    { step: number | null }[]
  >`select max(step) as step from "Step" where "runId" = ${runId} and "completedAt" is not null`;
  const [policy] = await sql<{ version: number; hash: string }[]>`
    select version, "checkpointHash" as hash from "PolicyVersion" where "runId" = ${runId} order by version desc limit 1`;
  return { step: step?.step ?? 0, policy: policy ?? null };
}

/** Sets the status; the event and the row commit together. An unchanged status leaves no event, and a run that was cancelled keeps the cause it was first given. */
export async function setRunStatus(sql: Sql, runId: string, status: RunStatus, cause?: string): Promise<void> {
  await inRun(sql, runId, null, (tx, emit) => setRunStatusIn(tx, emit, runId, status, cause));
}

async function setRunStatusIn(tx: Transaction, emit: Emit, runId: string, status: RunStatus, cause?: string): Promise<void> {
  const changed = await tx`
    update "Run" set status = ${status}, cause = ${cause ?? null},
      "startedAt" = case when ${status} = 'RUNNING' then coalesce("startedAt", now()) else "startedAt" end,
      "finishedAt" = case when ${isFinished(status)} then now() else null end
    where id = ${runId} and (status <> ${status} or (status <> 'CANCELLED' and cause is distinct from ${cause ?? null}))`;
  if (changed.count > 0) emit({ type: "STATUS_CHANGED", status, cause: cause ?? null });
}

/** Why a run whose turn has come does not begin: somebody was faster. */
export type HeldBack = "PAUSED" | "CANCELLED";

/**
 * The run is RUNNING from here on, unless it was paused before it ever began, or cancelled: then it stays so, and that is returned. Its row is
 * locked as in `steerUnbegun` and `lengthenUnbegun`, so one of the two comes first.
 */
export const beginUnlessHeld = (sql: Sql, runId: string): Promise<HeldBack | null> =>
  inRun(sql, runId, null, async (tx, emit) => {
    const [run] = await tx<
      { status: RunStatus; unbegun: boolean }[]
    >`select status, "startedAt" is null as unbegun from "Run" where id = ${runId}`;
    if (run?.status === "CANCELLED" || (run?.status === "PAUSED" && run.unbegun)) return run.status;
    await setRunStatusIn(tx, emit, runId, "RUNNING");
    return null;
  });

/** Pauses, releases or ends a run that has not begun, where no workflow needs to be asked. Returns whether it had not. */
export const steerUnbegun = (sql: Sql, runId: string, status: HeldBack | "QUEUED", cause?: string): Promise<boolean> =>
  unlessBegun(sql, runId, (tx, emit) => setRunStatusIn(tx, emit, runId, status, cause));

/** Gives a run that has not begun another length, where no workflow needs to be asked. Returns whether it had not. */
export const lengthenUnbegun = (sql: Sql, runId: string, totalSteps: number): Promise<boolean> =>
  unlessBegun(sql, runId, (tx, emit) => setTotalStepsIn(tx, emit, runId, totalSteps));

const unlessBegun = (sql: Sql, runId: string, change: (tx: Transaction, emit: Emit) => Promise<void>): Promise<boolean> =>
  inRun(sql, runId, null, async (tx, emit) => {
    const [unbegun] = await tx`
      select 1 from "Run" where id = ${runId} and "startedAt" is null and not "isExternal" and status in ('QUEUED', 'PAUSED')`;
    if (unbegun === undefined) return false;
    await change(tx, emit);
    return true;
  });

/** What a run that is under way waits for, in words; null: nothing any more. */
export async function setWaits(tx: Transaction, emit: Emit, runId: string, waits: string | null): Promise<void> {
  const changed =
    await tx`update "Run" set cause = ${waits} where id = ${runId} and status = 'RUNNING' and cause is distinct from ${waits}`;
  if (changed.count > 0) emit({ type: "STATUS_CHANGED", status: "RUNNING", cause: waits });
}

/** Adds to the run's provenance what decides its numbers beside the code: seed and data, and from which step it goes on where it does. */
export async function recordBeginning(sql: Sql, runId: string, fromStep: number): Promise<void> {
  await sql`update "Run" r set provenance = r.provenance
      || jsonb_build_object('seed', r.seed, 'problemSet', s.id, 'problemSetHash', s."contentHash")
      || case when ${fromStep}::int > 0 then jsonb_build_object('resumedFrom', 'step ' || ${fromStep}::text) else '{}'::jsonb end
    from "Experiment" e join "Arm" a on a."experimentId" = e.id
      join "ProblemSet" s on s.id = coalesce(a.configuration->>'trainingSet', e."problemSetId")
    where r.id = ${runId} and e.id = r."experimentId" and a.id = r."armId"`;
}

/**
 * Gives the run to a node under a new epoch; every older one is refused from here on. What samples, trains and executes on that node goes into
 * the run's provenance: a fork or a resumed run makes no first policy that would tell.
 */
export const grantLease = (sql: Sql, runId: string, nodeId: string): Promise<number> =>
  inRun(sql, runId, null, (tx, emit) => grantLeaseIn(tx, emit, runId, nodeId));

/** The same within the run's transaction. */
export async function grantLeaseIn(tx: Transaction, emit: Emit, runId: string, nodeId: string): Promise<number> {
  const [row] = await tx<{ leaseEpoch: number }[]>`
    update "Run" set "leaseEpoch" = "leaseEpoch" + 1, "nodeId" = ${nodeId}, provenance = provenance || coalesce((
      select jsonb_object_agg(key, value) from "Node" n, jsonb_each(n.capabilities)
      where n.id = ${nodeId} and key in ('engine', 'engineRuntime', 'engineThreads', 'sandbox')), '{}')
    where id = ${runId} returning "leaseEpoch"`;
  const epoch = row?.leaseEpoch ?? 0;
  emit({ type: "LEASE_GRANTED", epoch, nodeId });
  return epoch;
}

export const setTotalSteps = (sql: Sql, runId: string, totalSteps: number): Promise<void> =>
  inRun(sql, runId, null, (tx, emit) => setTotalStepsIn(tx, emit, runId, totalSteps));

async function setTotalStepsIn(tx: Transaction, emit: Emit, runId: string, totalSteps: number): Promise<void> {
  const changed = await tx`update "Run" set "totalSteps" = ${totalSteps} where id = ${runId} and "totalSteps" <> ${totalSteps}`;
  if (changed.count > 0) emit({ type: "STEPS_CHANGED", totalSteps });
}

/** Adds to what reproduces the run; keys already there are replaced. */
export async function addProvenance(sql: Sql, runId: string, facts: Readonly<Record<string, string | number>>): Promise<void> {
  await sql`update "Run" set provenance = provenance || ${sql.json(facts)}::jsonb where id = ${runId}`;
}
