// Owns: reading runs' events in stream order, and numbering them for streams across runs (ADR 0004). Must not know: cursors, sockets.
import { RunEvent } from "@gradus/domain";
import type { Sql } from "../database.ts";

/** An event and where it stands: `position` in its run's stream, `globalPosition` among all runs once numbered. */
export interface StoredEvent {
  readonly runId: string;
  readonly position: bigint;
  readonly globalPosition: bigint | null;
  readonly at: Date;
  readonly event: RunEvent;
}

interface EventColumns {
  readonly runId: string;
  readonly position: string;
  readonly globalPosition: string | null;
  readonly atMs: number;
  readonly type: string;
  readonly data: object;
}

const toEvent = (row: EventColumns): StoredEvent => ({
  runId: row.runId,
  position: BigInt(row.position),
  globalPosition: row.globalPosition === null ? null : BigInt(row.globalPosition),
  at: new Date(row.atMs),
  event: RunEvent.parse({ type: row.type, ...row.data }),
});

/** Events of one run after `after`, at most `limit`, by position. Positions have no holes. */
export async function readRunEvents(sql: Sql, runId: string, after: bigint, limit: number): Promise<StoredEvent[]> {
  const rows = await sql<EventColumns[]>`
    select e."runId", e.position, e."globalPosition", extract(epoch from e."createdAt")::float8 * 1000 as "atMs", e.type, e.data
    from "Event" e where e."runId" = ${runId} and e.position > ${String(after)} order by e.position limit ${limit}`;
  return rows.map(toEvent);
}

/** Events of an experiment's runs after the global position `after`, at most `limit`. Only numbered ones: call `numberEvents` first. */
export async function readExperimentEvents(sql: Sql, experimentId: string, after: bigint, limit: number): Promise<StoredEvent[]> {
  const rows = await sql<EventColumns[]>`
    select e."runId", e.position, e."globalPosition", extract(epoch from e."createdAt")::float8 * 1000 as "atMs", e.type, e.data
    from "Event" e join "Run" r on r.id = e."runId"
    where r."experimentId" = ${experimentId} and e."globalPosition" > ${String(after)} order by e."globalPosition" limit ${limit}`;
  return rows.map(toEvent);
}

const NUMBERED_AT_ONCE = 10_000;

/**
 * Numbers every committed event that has no global position yet, and returns the last position given. Whoever numbers holds the row of the
 * store epoch until commit, so positions appear in order; a run's events are numbered in its own order. Waits for another numberer.
 */
export async function numberEvents(sql: Sql): Promise<bigint> {
  for (;;) {
    const [state] = await sql<{ last: string; pending: boolean }[]>`
      select "globalPosition" as last, exists (select from "Event" where "globalPosition" is null) as pending from "StoreEpoch" where id = 1`;
    if (state === undefined) return 0n;
    if (!state.pending) return BigInt(state.last);
    await sql.begin(async (tx) => {
      const [locked] = await tx<{ last: string }[]>`select "globalPosition" as last from "StoreEpoch" where id = 1 for update`;
      // A statement of its own: its snapshot must be younger than the lock, or it would number what the last holder numbered.
      const numbered = await tx`
        with pending as (
          select "runId", position, max("createdAt") over (partition by "runId" order by position) as at from "Event" where "globalPosition" is null
        ), chosen as (
          select "runId", position, row_number() over (order by at, "runId", position) as n from pending order by n limit ${NUMBERED_AT_ONCE}
        )
        update "Event" e set "globalPosition" = ${locked?.last ?? "0"}::bigint + chosen.n from chosen where e."runId" = chosen."runId" and e.position = chosen.position`;
      await tx`update "StoreEpoch" set "globalPosition" = "globalPosition" + ${numbered.count} where id = 1`;
    });
  }
}
