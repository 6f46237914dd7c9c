// Owns: when deleted runs and experiments are taken away: now and then, while the API runs. Must not know: how.
import type { Database } from "@gradus/prisma/database";
import { purgeDeleted } from "@gradus/prisma/shelf-store";
import type { Logger } from "pino";
import { nowAndThen } from "./now-and-then.ts";
import type { Repeated } from "./now-and-then.ts";

/** Several API processes may do this: each row is taken away by one. */
export const sweepNowAndThen = ({ sql }: Database, log: Logger, everyMs: number): Repeated =>
  nowAndThen(everyMs, log, "what was deleted was not taken away", async () => {
    const { runs, experiments, points } = await purgeDeleted(sql);
    if (runs + experiments > 0) log.info({ runs, experiments, points }, "what was deleted was taken away");
  });
