// Owns: policy versions and what they were made from. Must not know: engines, where checkpoint bytes lie.
import type { NewPolicy, PolicyRef, TrainingRollout } from "@gradus/domain";
import { stepScope } from "@gradus/domain";
import { holdBlob } from "../collect-blobs.ts";
import type { Sql } from "../database.ts";
import { inRun } from "./run-transaction.ts";
import { completeStep } from "./step-store.ts";

/** The credited rollouts of a step's admitted groups, in draw order. */
export async function readAdmitted(sql: Sql, experimentId: string, runId: string, step: number): Promise<TrainingRollout[]> {
  return sql<TrainingRollout[]>`
    select r."promptTokens", r."completionTokens", r."logProbs", r.advantage, g.ordinal as group from "Rollout" r join "Group" g on g.id = r."groupId"
    where g.scope = ${stepScope(experimentId, runId, step).id} and g.admitted and r.advantage is not null order by g.ordinal, r.index`;
}

/** The version made at `step`, if it was: a retry that finds it returns it. */
export async function readPolicyMadeAt(sql: Sql, runId: string, step: number): Promise<PolicyRef | null> {
  const [row] = await sql<
    PolicyRef[]
  >`select version, "checkpointHash" as hash from "PolicyVersion" where "runId" = ${runId} and step = ${step}`;
  return row ?? null;
}

/** The version the run began with: its initial weights, or those it was forked from. */
export async function readFirstPolicy(sql: Sql, runId: string): Promise<PolicyRef | null> {
  const [row] = await sql<
    PolicyRef[]
  >`select version, "checkpointHash" as hash from "PolicyVersion" where "runId" = ${runId} order by version limit 1`;
  return row ?? null;
}

/** Commits a version whose bytes are durable, and with it the step. @throws StaleLease; Error when `isStored` knows no such bytes */
export async function commitPolicy(sql: Sql, made: NewPolicy, isStored: (hash: string) => Promise<boolean>): Promise<void> {
  await inRun(sql, made.runId, made.epoch, async (tx, emit) => {
    await holdBlob(tx, made.hash, isStored);
    await tx`insert into "Checkpoint" ("contentHash", bytes, engine) values (${made.hash}, ${made.bytes}, ${made.engine}) on conflict do nothing`;
    await tx`insert into "PolicyVersion" ("runId", version, step, "checkpointHash", report)
      values (${made.runId}, ${made.version}, ${made.step}, ${made.hash}, ${made.report === null ? null : tx.json(made.report)}) on conflict do nothing`;
    if (made.step > 0) await completeStep(tx, emit, made.runId, made.step, made.report);
  });
}

/** Records that an update was not finite and the policy stayed; the step is complete. @throws StaleLease */
export async function refuseUpdate(sql: Sql, runId: string, epoch: number, step: number, cause: string): Promise<void> {
  await inRun(sql, runId, epoch, async (tx, emit) => {
    const [open] = await tx`select 1 from "Step" where "runId" = ${runId} and step = ${step} and "completedAt" is null`;
    if (open === undefined) return;
    emit({ type: "UPDATE_REFUSED", step, cause });
    await completeStep(tx, emit, runId, step, null);
  });
}
