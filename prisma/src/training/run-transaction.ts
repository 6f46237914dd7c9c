// Owns: the one way to write to a run: under its row lock, fenced by its lease epoch, with its events in commit order.
// Must not know: what is written.
import { randomUUID } from "node:crypto";
import { eventValue, MissingRow, StaleLease } from "@gradus/domain";
import type { MetricPoint, RunEvent } from "@gradus/domain";
import type { Sql, Transaction } from "../database.ts";
import { appendBatch } from "../metrics/append-batch.ts";

/** Wakes subscribers; the payload is the run id. The event rows are the truth. */
export const EVENTS_CHANNEL = "gradus_events";

export type Emit = (event: RunEvent) => void;

/**
 * Runs `work` in a transaction that holds the run's row, so commit order is stream order. `epoch` null: a writer that needs no lease
 * (control). Events are appended when `work` ends, in the same transaction.
 * @throws StaleLease when the run's lease is newer than `epoch`; MissingRow
 */
export async function inRun<Result>(
  sql: Sql,
  runId: string,
  epoch: number | null,
  work: (tx: Transaction, emit: Emit) => Promise<Result>,
): Promise<Result> {
  const result = await sql.begin(async (tx) => {
    const [run] = await tx<
      { leaseEpoch: number; streamPosition: string }[]
    >`select "leaseEpoch", "streamPosition" from "Run" where id = ${runId} for update`;
    if (run === undefined) throw new MissingRow(`run ${runId} does not exist`);
    if (epoch !== null && epoch !== run.leaseEpoch)
      throw new StaleLease(`run ${runId}: lease epoch ${epoch} is not the current one (${run.leaseEpoch})`);
    const events: RunEvent[] = [];
    const value = await work(tx, (event) => events.push(event));
    if (events.length > 0) await append(tx, runId, BigInt(run.streamPosition), events);
    return { value };
  });
  return result.value as Result;
}

async function append(tx: Transaction, runId: string, last: bigint, events: readonly RunEvent[]): Promise<void> {
  const rows = events.map(({ type, ...data }, index) => ({ position: String(last + BigInt(index + 1)), type, data }));
  await tx`with told as (
      insert into "Event" ("runId", position, type, data)
      select ${runId}, r.position, r.type, r.data from jsonb_to_recordset(${tx.json(rows as never)}) as r(position bigint, type text, data jsonb)),
    moved as (update "Run" set "streamPosition" = ${String(last + BigInt(events.length))} where id = ${runId})
    select pg_notify(${EVENTS_CHANNEL}, ${runId})`;
}

/**
 * Appends points and their event. `key` names the batch: a run takes each name once, and a second time nothing happens. Without one every call is
 * a batch of its own. A point of a step that has one supersedes it; both stay.
 */
export async function recordPoints(
  tx: Transaction,
  emit: Emit,
  runId: string,
  points: readonly MetricPoint[],
  key: string = randomUUID(),
): Promise<void> {
  if (points.length === 0) return;
  const now = Date.now();
  const series = [...Map.groupBy(points, ({ name }) => name)].map(([name, ofName]) => ({
    name,
    steps: ofName.map(({ step }) => step),
    values: ofName.map(({ value }) => value),
    times: ofName.map(() => now),
  }));
  if ((await appendBatch(tx, { runId, key, segment: 0, series })) === null) return;
  emit({ type: "METRICS_RECORDED", points: points.map(({ name, step, value }) => [name, step, eventValue(value)]) });
}
