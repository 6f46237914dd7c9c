// Owns: keeping one server running: restarts with growing pauses, and giving up with the cause. Must not know: which server.
import { setTimeout } from "node:timers/promises";
import { describeExit, type RunningServer } from "./guarded-process.ts";

export interface SuperviseInput<T extends RunningServer> {
  /** How messages call it, such as "Postgres". */
  name: string;
  /** Starts it; `previous` is what ran before, so that a restart can keep its address. */
  start: (previous: T | null) => Promise<T>;
  /** Called with one sentence for each end and each restart. */
  onProgress: (message: string) => void;
  /** Called with each server that runs, the first included. */
  onRunning?: (running: T) => void;
  /** Pauses before the restarts, in milliseconds; when they are used up, it is given up. */
  pausesMs?: readonly number[];
  /** A server that ran this long, in milliseconds, has all its restarts again. */
  healthyMs?: number;
}

/** A server that is kept running. */
export interface Supervised<T extends RunningServer> {
  /** The server that runs now, or ran last. */
  current(): T;
  /** Rejects when the server is given up, with its cause; else never settles. */
  readonly givenUp: Promise<never>;
  /** Ends the server and its supervision. */
  stop(): Promise<void>;
}

/** Starts a server and keeps it running. Throws what the first start throws: a server that never ran is not tried again. */
export async function supervise<T extends RunningServer>(input: SuperviseInput<T>): Promise<Supervised<T>> {
  const { name, start, onProgress, onRunning = () => undefined, pausesMs = [250, 500, 1_000, 2_000, 4_000], healthyMs = 60_000 } = input;
  const stopping = new AbortController();
  let running = await start(null);
  onRunning(running);

  const keepRunning = async (): Promise<void> => {
    let restarts = 0;
    let startedAt = performance.now();
    let cause = describeExit(name, await running.exited);
    while (!stopping.signal.aborted) {
      if (performance.now() - startedAt > healthyMs) restarts = 0;
      const pauseMs = pausesMs[restarts];
      if (pauseMs === undefined) throw new Error(`${name} was given up after ${restarts} restarts; at last: ${cause}`);
      restarts += 1;
      onProgress(`${cause}; starting it again in ${pauseMs / 1000} s (${restarts} of ${pausesMs.length})`);
      // The pause is cut short by `stop`, which the loop's condition sees.
      await setTimeout(pauseMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (stopping.signal.aborted) return;
      try {
        startedAt = performance.now();
        running = await start(running);
        onRunning(running);
        if (stopping.signal.aborted) return await running.stop();
        onProgress(`${name} runs again`);
        cause = describeExit(name, await running.exited);
      } catch (error) {
        // A failed start counts like an end: the next pause is longer, and the last cause is shown.
        cause = error instanceof Error ? error.message : String(error);
      }
    }
  };
  const watching = keepRunning();
  const givenUp = new Promise<never>((_, reject) => void watching.catch(reject));
  // Whoever supervises races it; a stop in the same moment must not leave it unheard.
  givenUp.catch(() => undefined);

  return {
    current: () => running,
    givenUp,
    stop: async () => {
      stopping.abort();
      await running.stop();
      await watching.catch(() => undefined);
    },
  };
}
