// Owns: when series are compacted: now and then, one at a time, while the API runs. Must not know: how.
import type { Database } from "@gradus/prisma/database";
import { compactSeries, seriesToCompact } from "@gradus/prisma/metrics/compact";
import type { Logger } from "pino";

/** Several API processes may do this: of two that take one series the second does nothing. */
export function compactNowAndThen({ sql }: Database, log: Logger, everyMs: number): { close(): Promise<void> } {
  let [ended, working] = [false, Promise.resolve()];
  const work = async (): Promise<void> => {
    const started = performance.now();
    let series = 0;
    try {
      for (const id of await seriesToCompact(sql)) {
        if (ended) return;
        await compactSeries(sql, id);
        series++;
      }
      if (series > 0) log.info({ series, ms: Math.round(performance.now() - started) }, "metric series compacted");
    } catch (error) {
      // Tolerates a database that is away: what was not compacted is found again.
      log.warn({ err: error }, "metric series were not compacted");
    }
  };
  const timer = setInterval(() => void (working = working.then(work)), everyMs);
  timer.unref();
  return {
    async close() {
      ended = true;
      clearInterval(timer);
      await working;
    },
  };
}
