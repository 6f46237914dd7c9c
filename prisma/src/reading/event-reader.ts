// Owns: reading events in stream order, and numbering them for streams across runs (ADR 0004). Must not know: cursors, sockets.
import { ExperimentEvent, RunEvent } from "@gradus/domain";
import type { Sql } from "../database.ts";

/** An event and where it stands: `position` in its run's stream, `globalPosition` among all runs once numbered. */
export interface StoredEvent {
  readonly runId: string;
  readonly position: bigint;
  readonly globalPosition: bigint | null;
  readonly at: Date;
  readonly event: RunEvent;
}

/** An event of an experiment's stream: of one of its runs, or of the experiment itself where `runId` is null. */
export interface StoredExperimentEvent extends Omit<StoredEvent, "runId" | "event"> {
  readonly runId: string | null;
  readonly event: RunEvent | ExperimentEvent;
}

interface EventColumns {
  readonly runId: string | null;
  readonly position: string;
  readonly globalPosition: string | null;
  readonly atMs: number;
  readonly type: string;
  readonly data: object;
}

const placeOf = (row: EventColumns): Omit<StoredEvent, "runId" | "event"> => ({
  position: BigInt(row.position),
  globalPosition: row.globalPosition === null ? null : BigInt(row.globalPosition),
  at: new Date(row.atMs),
});
const toRunEvent = (row: EventColumns): RunEvent => RunEvent.parse({ type: row.type, ...row.data });

/** Events of one run after `after`, at most `limit`, by position. Positions have no holes. */
export async function readRunEvents(sql: Sql, runId: string, after: bigint, limit: number): Promise<StoredEvent[]> {
  const rows = await sql<EventColumns[]>`
    select e."runId", e.position, e."globalPosition", extract(epoch from e."createdAt")::float8 * 1000 as "atMs", e.type, e.data
    from "Event" e where e."runId" = ${runId} and e.position > ${String(after)} order by e.position limit ${limit}`;
  return rows.map((row) => ({ ...placeOf(row), runId, event: toRunEvent(row) }));
}

/** A batch of points and its place in its run's stream, as its event carries them. */
export interface MetricsRecordedEvent extends Pick<Extract<RunEvent, { type: "METRICS_RECORDED" }>, "points" | "ranges"> {
  readonly position: bigint;
}

/** Batches of points of one run after `after`, at most `limit`, by position. */
export async function readMetricEvents(sql: Sql, runId: string, after: bigint, limit: number): Promise<MetricsRecordedEvent[]> {
  const rows = await sql<{ position: string; data: Pick<MetricsRecordedEvent, "points" | "ranges"> }[]>`
    select position, data from "Event" where "runId" = ${runId} and position > ${String(after)} and type = 'METRICS_RECORDED' order by position limit ${limit}`;
  return rows.map(({ position, data }) => ({ position: BigInt(position), ...data }));
}

/** Events of an experiment and its runs after the global position `after`, at most `limit`. Only numbered ones: call `numberEvents` first. */
export async function readExperimentEvents(sql: Sql, experimentId: string, after: bigint, limit: number): Promise<StoredExperimentEvent[]> {
  const rows = await sql<EventColumns[]>`
    select f."runId", f.position, f."globalPosition", extract(epoch from f."createdAt")::float8 * 1000 as "atMs", f.type, f.data from (
      (select e."runId", e.position, e."globalPosition", e."createdAt", e.type, e.data from "Event" e join "Run" r on r.id = e."runId"
        where r."experimentId" = ${experimentId} and e."globalPosition" > ${String(after)} order by e."globalPosition" limit ${limit})
      union all
      select null, position, "globalPosition", "createdAt", type, data from "ExperimentEvent"
        where "experimentId" = ${experimentId} and "globalPosition" > ${String(after)}
    ) f order by f."globalPosition" limit ${limit}`;
  return rows.map((row) => ({
    ...placeOf(row),
    runId: row.runId,
    event: row.runId === null ? ExperimentEvent.parse({ type: row.type, ...row.data }) : toRunEvent(row),
  }));
}

const NUMBERED_AT_ONCE = 10_000;

/**
 * Numbers every committed event that has no global position yet, and returns the last position given. Whoever numbers holds the row of the
 * store epoch until commit, so positions appear in order; a run's events are numbered in its own order. Waits for another numberer.
 */
export async function numberEvents(sql: Sql): Promise<bigint> {
  for (;;) {
    const [state] = await sql<{ last: string; pending: boolean }[]>`
      select "globalPosition" as last, exists (select from "Event" where "globalPosition" is null)
        or exists (select from "ExperimentEvent" where "globalPosition" is null) as pending from "StoreEpoch" where id = 1`;
    if (state === undefined) return 0n;
    if (!state.pending) return BigInt(state.last);
    await sql.begin(async (tx) => {
      const [locked] = await tx<{ last: string }[]>`select "globalPosition" as last from "StoreEpoch" where id = 1 for update`;
      // A statement of its own: its snapshot must be younger than the lock, or it would number what the last holder numbered.
      const [numbered] = await tx<{ count: number }[]>`
        with pending as (
          select null as "experimentId", "runId", position, max("createdAt") over (partition by "runId" order by position) as at from "Event" where "globalPosition" is null
          union all
          select "experimentId", null, position, max("createdAt") over (partition by "experimentId" order by position) from "ExperimentEvent" where "globalPosition" is null
        ), chosen as (
          select *, ${locked?.last ?? "0"}::bigint + row_number() over (order by at, "runId", "experimentId", position) as place from pending order by place limit ${NUMBERED_AT_ONCE}
        ), of_runs as (
          update "Event" e set "globalPosition" = place from chosen where e."runId" = chosen."runId" and e.position = chosen.position returning 1
        ), of_experiments as (
          update "ExperimentEvent" e set "globalPosition" = place from chosen where e."experimentId" = chosen."experimentId" and e.position = chosen.position returning 1
        )
        select (select count(*) from of_runs)::int + (select count(*) from of_experiments)::int as count`;
      await tx`update "StoreEpoch" set "globalPosition" = "globalPosition" + ${numbered?.count ?? 0} where id = 1`;
    });
  }
}
