// Owns: the stream of how far an experiment is: told when events have moved it, several at once. Must not know: which subscription shows it, SQL.
import { numberEvents, readExperimentEvents } from "@gradus/prisma/reading/event-reader";
import { readProgress } from "@gradus/prisma/reading/experiment-reader";
import type { ApiContext } from "../context.ts";
import { refuseBefore, streamCursor, streamPosition } from "../cursor.ts";
import { badInput } from "../errors.ts";
import type { ExperimentProgress } from "../generated/schema-types.ts";
import { BATCH, followTail } from "./tail.ts";

const MOVES: ReadonlySet<string> = new Set(["EXPERIMENT_STATUS_CHANGED", "STATUS_CHANGED", "STEP_COMPLETED", "STEPS_CHANGED"]);

/** @throws GraphQLError as experimentStream does */
export async function progressStream(
  { db, wake, load, epoch }: ApiContext,
  experimentId: string,
  after: string | null | undefined,
): Promise<AsyncIterableIterator<ExperimentProgress>> {
  const storeEpoch = await epoch();
  const from = streamPosition("all", storeEpoch, after);
  const experiment = await load.experiment.load(experimentId);
  if (experiment === null) throw badInput(`experimentId: there is no experiment ${experimentId}`);
  refuseBefore(experiment.streamFloor, from);
  let told = after !== null && after !== undefined;
  return followTail(
    {
      async read(position) {
        const last = await numberEvents(db.sql);
        // From nowhere: not how it got here, but where it is.
        if (!told) {
          told = true;
          const cursor = streamCursor("all", storeEpoch, last);
          return { items: [{ ...(await readProgress(db, experimentId)), cursor }], upTo: last, more: false };
        }
        const events = await readExperimentEvents(db.sql, experimentId, position, BATCH);
        const upTo = events.at(-1)?.globalPosition ?? position;
        const moved = events.some(({ event }) => MOVES.has(event.type));
        return {
          // Read after the events: what happened up to the cursor is in it.
          items: moved ? [{ ...(await readProgress(db, experimentId)), cursor: streamCursor("all", storeEpoch, upTo) }] : [],
          upTo,
          more: events.length === BATCH,
        };
      },
      mark: () => wake.mark(),
      sleep: (mark, signal) => wake.sleep(mark, (id) => id === experimentId || id.startsWith(`${experimentId}.`), signal),
    },
    from,
  );
}
