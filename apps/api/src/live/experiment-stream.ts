// Owns: the stream of all events of an experiment and its runs, with cursors. Must not know: which subscription shows them.
import { numberEvents, readExperimentEvents } from "@gradus/prisma/reading/event-reader";
import type { StoredExperimentEvent } from "@gradus/prisma/reading/event-reader";
import type { ApiContext } from "../context.ts";
import { refuseBefore, streamCursor, streamPosition } from "../cursor.ts";
import { badInput } from "../errors.ts";
import type { PlacedExperimentEvent } from "./placed-event.ts";
import { BATCH, followTail, foundBy } from "./tail.ts";

/** @throws GraphQLError BAD_USER_INPUT for an unknown experiment or a foreign cursor, CURSOR_EXPIRED for one of another epoch */
export async function experimentStream(
  { db, wake, share, load, epoch }: ApiContext,
  experimentId: string,
  names: readonly string[] | null | undefined,
  after: string | null | undefined,
): Promise<AsyncIterableIterator<PlacedExperimentEvent>> {
  const storeEpoch = await epoch();
  const from = streamPosition("all", storeEpoch, after);
  const experiment = await load.experiment.load(experimentId);
  if (experiment === null) throw badInput(`experimentId: there is no experiment ${experimentId}`);
  refuseBefore(experiment.streamFloor, from);
  const wanted = names ? new Set(names) : null;
  const place = (event: StoredExperimentEvent): PlacedExperimentEvent => ({
    ...event,
    cursor: streamCursor("all", storeEpoch, event.globalPosition ?? 0n),
  });
  return followTail(
    {
      read: (position, _heldMs, mark) =>
        share(`experiment ${experimentId} ${position} ${mark}`, async () => {
          // Whoever reads across runs numbers first; events are numbered by nobody while nobody reads them so.
          await numberEvents(db.sql);
          const events = (await readExperimentEvents(db.sql, experimentId, position, BATCH)).map(place);
          return foundBy(events, position, (event) => event.globalPosition ?? 0n);
        }).then((found) => (wanted === null ? found : { ...found, items: found.items.flatMap((item) => ofMetrics(item, wanted)) })),
      mark: () => wake.mark(),
      // Run ids begin with their experiment's.
      sleep: (mark, signal) => wake.sleep(mark, (id) => id === experimentId || id.startsWith(`${experimentId}.`), signal),
    },
    from,
  );
}

/** The event with the points of these metrics alone; nothing where it has points and none of them. */
function ofMetrics(placed: PlacedExperimentEvent, names: ReadonlySet<string>): PlacedExperimentEvent[] {
  const { event } = placed;
  if (event.type !== "METRICS_RECORDED") return [placed];
  const points = event.points.filter(([name]) => names.has(name));
  const ranges = event.ranges?.filter(([name]) => names.has(name));
  if (points.length === 0 && (ranges?.length ?? 0) === 0) return [];
  return [{ ...placed, event: { ...event, points, ...(ranges === undefined ? {} : { ranges }) } }];
}
