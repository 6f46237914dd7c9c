// Owns: what every activity does besides its work: heartbeats, the record of the attempt, and failures that Temporal must not retry.
import { randomUUID } from "node:crypto";
import { Context } from "@temporalio/activity";
import { ApplicationFailure } from "@temporalio/common";
import { ConfigurationError, MissingRow, StaleLease } from "@gradus/domain";
import type { RolloutSink, Scope, Stage } from "@gradus/domain";

/** What a running activity may use of Temporal. */
export interface StageContext {
  /** From 1. */
  readonly attempt: number;
  readonly signal: AbortSignal;
  heartbeat(details: unknown): void;
}

const HEARTBEAT_MS = 2_000;

/** Runs one attempt of a stage: recorded from its start, alive while it works, its failure kept. */
export async function asStage<Result>(
  sink: Pick<RolloutSink, "stageStarted" | "stageEnded">,
  nodeId: string,
  stage: Stage,
  scope: Scope,
  work: (context: StageContext) => Promise<Result>,
): Promise<Result> {
  return asActivity(async (context) => {
    const id = `${scope.id}/${stage}/${context.attempt}/${randomUUID().slice(0, 8)}`;
    const record = { id, scope, stage, attempt: context.attempt, nodeId };
    await sink.stageStarted(record);
    try {
      const result = await work(context);
      await sink.stageEnded(record, null);
      return result;
    } catch (error) {
      // Tolerates nothing: the failure is recorded and thrown on. A record that cannot be written must not hide it.
      await sink.stageEnded(record, error instanceof Error ? error.message : String(error)).catch(() => undefined);
      throw error;
    }
  });
}

/** Runs any activity: alive while it works, and failures that no retry can mend in Temporal's terms; everything else is thrown as it is. */
export async function asActivity<Result>(work: (context: StageContext) => Promise<Result>): Promise<Result> {
  const context = Context.current();
  let details: unknown = null;
  const heartbeat = (next: unknown): void => {
    details = next;
    context.heartbeat(next);
  };
  const beat = setInterval(() => context.heartbeat(details), HEARTBEAT_MS);
  try {
    return await work({ attempt: context.info.attempt, signal: context.cancellationSignal, heartbeat });
  } catch (error) {
    // Tolerates nothing: only renames.
    if (error instanceof StaleLease) throw ApplicationFailure.nonRetryable(error.message, "STALE_LEASE");
    if (error instanceof MissingRow) throw ApplicationFailure.nonRetryable(error.message, "MISSING_ROW");
    // The domain answers an impossible setting (an empty bucket, an unknown kind) with a RangeError that names it.
    if (error instanceof ConfigurationError || error instanceof RangeError)
      throw ApplicationFailure.nonRetryable(error.message, "CONFIGURATION");
    throw error;
  } finally {
    clearInterval(beat);
  }
}
