// Owns: the stream of one run's events, with cursors. Must not know: which subscription shows them.
import { readRunEvents } from "@gradus/prisma/reading/event-reader";
import type { StoredEvent } from "@gradus/prisma/reading/event-reader";
import type { ApiContext } from "../context.ts";
import { refuseBefore, streamCursor, streamPosition } from "../cursor.ts";
import { badInput } from "../errors.ts";
import type { PlacedEvent } from "./placed-event.ts";
import { BATCH, followTail, foundBy } from "./tail.ts";

/** @throws GraphQLError BAD_USER_INPUT for an unknown run or a foreign cursor, CURSOR_EXPIRED for one of another epoch */
export async function runStream(
  { db, wake, share, load, epoch }: ApiContext,
  runId: string,
  after: string | null | undefined,
): Promise<AsyncIterableIterator<PlacedEvent>> {
  const storeEpoch = await epoch();
  const from = streamPosition("run", storeEpoch, after);
  const run = await load.run.load(runId);
  if (run === null) throw badInput(`runId: there is no run ${runId}`);
  refuseBefore(run.streamFloor, from);
  const place = (event: StoredEvent): PlacedEvent => ({ ...event, cursor: streamCursor("run", storeEpoch, event.position) });
  return followTail(
    {
      read: (position, _heldMs, mark) =>
        share(`run ${runId} ${position} ${mark}`, async () =>
          foundBy((await readRunEvents(db.sql, runId, position, BATCH)).map(place), position, (event) => event.position),
        ),
      mark: () => wake.mark(),
      sleep: (mark, signal) => wake.sleep(mark, (id) => id === runId, signal),
    },
    from,
  );
}
