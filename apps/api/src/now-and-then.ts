// Owns: work that is done again and again while the API runs, one time after the other. Must not know: what is done.
import type { Logger } from "pino";

export interface Repeated {
  /** Waits for the work in progress. */
  close(): Promise<void>;
}

/** `failed`: what the log says where the work throws; it is tried again at the next time. */
export function nowAndThen(everyMs: number, log: Logger, failed: string, work: (isEnded: () => boolean) => Promise<void>): Repeated {
  let [ended, isWorking, working] = [false, false, Promise.resolve()];
  const once = async (): Promise<void> => {
    isWorking = true;
    try {
      await work(() => ended);
    } catch (error) {
      // Tolerates a database that is away: what was not done is found again.
      log.warn({ err: error }, failed);
    }
    isWorking = false;
  };
  const timer = setInterval(() => {
    if (!isWorking && !ended) working = once();
  }, everyMs);
  timer.unref();
  return {
    async close() {
      ended = true;
      clearInterval(timer);
      await working;
    },
  };
}
