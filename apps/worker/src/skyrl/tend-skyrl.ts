// Owns: a SkyRL server that is there while its node is: started again when it ends, more slowly each time. Must not know: how it is started.
import { setTimeout as sleep } from "node:timers/promises";
import type { SkyrlProcess } from "./skyrl-process.ts";

export interface TendedServer {
  readonly url: string;
  readonly restarts: number;
  stop(): Promise<void>;
}

export interface TendOptions {
  /** Before the first restart, in milliseconds; doubled by each that follows within `calmMs`. */
  readonly firstWaitMs?: number;
  readonly longestWaitMs?: number;
  /** A server that lasted this long, in milliseconds, is started again as if it were the first. */
  readonly calmMs?: number;
  readonly onEvent?: (what: string, error?: unknown) => void;
}

/** Starts the server and returns when it takes work; a first start that fails is the caller's to hear. */
export async function tendSkyrl(
  start: () => Promise<SkyrlProcess>,
  { firstWaitMs = 1_000, longestWaitMs = 60_000, calmMs = 600_000, onEvent = () => undefined }: TendOptions = {},
): Promise<TendedServer> {
  let running: SkyrlProcess | null = await start();
  const { url } = running;
  const stopping = new AbortController();
  let restarts = 0;
  const isStopping = (): boolean => stopping.signal.aborted;
  const tend = async (): Promise<void> => {
    let waitMs = firstWaitMs;
    for (let since = performance.now(); !isStopping();) {
      await running?.exited;
      if (isStopping()) return;
      if (performance.now() - since > calmMs) waitMs = firstWaitMs;
      // What is left of its group would keep the port.
      await running?.kill();
      running = null;
      onEvent(`SkyRL ended; it is started again in ${waitMs / 1_000} s`);
      await sleep(waitMs, undefined, { signal: stopping.signal }).catch(() => undefined);
      if (isStopping()) return;
      waitMs = Math.min(waitMs * 2, longestWaitMs);
      since = performance.now();
      try {
        running = await start();
        restarts += 1;
        onEvent("SkyRL takes work again");
      } catch (error) {
        // Tolerates whatever keeps it down, for as long as the node lives: runs wait or go to other nodes.
        onEvent("SkyRL does not start", error);
      }
    }
  };
  const tended = tend();
  return {
    url,
    get restarts() {
      return restarts;
    },
    async stop() {
      stopping.abort();
      await running?.stop();
      await tended;
      // One that was being started while this was asked.
      await running?.stop();
    },
  };
}
