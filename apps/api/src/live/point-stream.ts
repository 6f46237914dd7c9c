// Owns: the stream of a run's metric points: its batches with their cursors, and the latest of many batches where the socket is slow.
// Must not know: which subscription shows them, sockets.
import { readMetricEvents } from "@gradus/prisma/reading/event-reader";
import type { MetricsRecordedEvent } from "@gradus/prisma/reading/event-reader";
import type { ApiContext } from "../context.ts";
import { streamCursor, streamPosition } from "../cursor.ts";
import { badInput } from "../errors.ts";
import { latestOf } from "./latest-points.ts";
import { toPoints, toRanges } from "./metric-points.ts";
import type { PlacedPoints } from "./placed-points.ts";
import { BATCH, followTail } from "./tail.ts";

/** Batches that are told as one at most. */
const MOST = 5_000;

/** @throws GraphQLError BAD_USER_INPUT for an unknown run or a foreign cursor, CURSOR_EXPIRED for one of another epoch */
export async function pointStream(
  { db, wake, share, load, epoch, coalesce }: ApiContext,
  runId: string,
  names: readonly string[] | null | undefined,
  after: string | null | undefined,
): Promise<AsyncIterableIterator<PlacedPoints>> {
  const storeEpoch = await epoch();
  const from = streamPosition("run", storeEpoch, after);
  if ((await load.run.load(runId)) === null) throw badInput(`runId: there is no run ${runId}`);
  const wanted = names ? new Set(names) : null;
  const place = ({ position, points, ranges }: MetricsRecordedEvent): PlacedPoints => ({
    cursor: streamCursor("run", storeEpoch, position),
    runId,
    points: toPoints(points).filter(({ name }) => wanted?.has(name) ?? true),
    ranges: toRanges(ranges).filter(({ name }) => wanted?.has(name) ?? true),
    batches: 1,
  });
  return followTail(
    {
      async read(position, heldMs, mark) {
        const isSlow = heldMs >= coalesce.heldMs;
        const limit = isSlow ? MOST : BATCH;
        const events = await share(`points ${runId} ${position} ${limit} ${mark}`, () => readMetricEvents(db.sql, runId, position, limit));
        const batches = events.map(place).filter(({ points }) => points.length > 0);
        const isMuch = isSlow && batches.length > 1 && JSON.stringify(batches).length > coalesce.bytes;
        return { items: isMuch ? [latestOf(batches)] : batches, upTo: events.at(-1)?.position ?? position, more: events.length === limit };
      },
      mark: () => wake.mark(),
      sleep: (mark, signal) => wake.sleep(mark, (id) => id === runId, signal),
    },
    from,
  );
}
