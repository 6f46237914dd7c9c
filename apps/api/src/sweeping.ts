// Owns: when deleted runs and experiments are taken away, old runs pruned and old telemetry dropped: now and then, while the API runs. Must not know: how.
import type { Database } from "@gradus/prisma/database";
import { pruneRun, runsToPrune } from "@gradus/prisma/metrics/prune";
import { purgeDeleted } from "@gradus/prisma/shelf-store";
import { dropOldTelemetry } from "@gradus/prisma/training/node-store";
import type { Logger } from "pino";
import { nowAndThen } from "./now-and-then.ts";
import type { Repeated } from "./now-and-then.ts";

/** Several API processes may do this: each row is taken away by one. */
export const sweepNowAndThen = (db: Database, log: Logger, everyMs: number): Repeated =>
  nowAndThen(everyMs, log, "what was deleted was not taken away", async (isEnded) => {
    const { runs, experiments, points } = await purgeDeleted(db.sql);
    if (runs + experiments > 0) log.info({ runs, experiments, points }, "what was deleted was taken away");
    await dropOldTelemetry(db.sql);
    for (const id of await runsToPrune(db.sql)) {
      if (isEnded()) return;
      if (await pruneRun(db, id)) log.info({ run: id }, "points of an old run were pruned as its retention policy says");
    }
  });
