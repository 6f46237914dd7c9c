// Owns: when series are compacted: now and then, one at a time, while the API runs. Must not know: how.
import type { Database } from "@gradus/prisma/database";
import { compactSeries, seriesToCompact } from "@gradus/prisma/metrics/compact";
import type { Logger } from "pino";
import { nowAndThen } from "./now-and-then.ts";
import type { Repeated } from "./now-and-then.ts";

/** Several API processes may do this: of two that take one series the second does nothing. */
export const compactNowAndThen = ({ sql }: Database, log: Logger, everyMs: number): Repeated =>
  nowAndThen(everyMs, log, "metric series were not compacted", async (isEnded) => {
    const started = performance.now();
    let series = 0;
    for (const id of await seriesToCompact(sql)) {
      if (isEnded()) return;
      await compactSeries(sql, id);
      series++;
    }
    if (series > 0) log.info({ series, ms: Math.round(performance.now() - started) }, "metric series compacted");
  });
