// Owns: knowing that a run has new events, from Postgres' NOTIFY. A wake-up only: the rows are the truth, and a lost one costs time, not events.
// Must not know: subscribers' cursors, GraphQL.
import { setTimeout as after } from "node:timers/promises";
import type { Sql } from "@gradus/prisma/database";
import { EVENTS_CHANNEL } from "@gradus/prisma/training/run-transaction";

/** How long a reader sleeps at most: what a lost notification costs. */
const BACKSTOP_MS = 5_000;

export interface EventWake {
  /** Stands for "what I have seen so far": take it before reading. */
  mark(): number;
  /** Returns when `concerns` was notified after `mark`, at the latest after the backstop, or when `signal` aborts. */
  sleep(mark: number, concerns: (runId: string) => boolean, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

interface Sleeper {
  readonly concerns: (runId: string) => boolean;
  readonly wake: () => void;
}

/** Listens on a connection of its own, which reconnects by itself. */
export async function listenForEvents(sql: Sql): Promise<EventWake> {
  const lastNotified = new Map<string, number>();
  const sleepers = new Set<Sleeper>();
  let clock = 0;
  let forgottenUpTo = 0;

  const notified = (runId: string): void => {
    lastNotified.delete(runId);
    lastNotified.set(runId, ++clock);
    const [oldest] = lastNotified;
    // Bounded: for what is forgotten a sleeper is told to look once too often.
    if (lastNotified.size > 10_000 && oldest !== undefined) {
      lastNotified.delete(oldest[0]);
      forgottenUpTo = oldest[1];
    }
    for (const sleeper of sleepers) if (sleeper.concerns(runId)) sleeper.wake();
  };
  const everyone = (): void => {
    forgottenUpTo = ++clock;
    for (const sleeper of sleepers) sleeper.wake();
  };
  // The second callback runs on every (re)connection: what was notified in between is unknown.
  const listening = await sql.listen(EVENTS_CHANNEL, notified, everyone);

  return {
    mark: () => clock,
    async sleep(mark, concerns, signal) {
      if (signal.aborted || forgottenUpTo > mark) return;
      for (const [runId, at] of lastNotified) if (at > mark && concerns(runId)) return;
      const waking = new AbortController();
      const sleeper = { concerns, wake: () => waking.abort() };
      sleepers.add(sleeper);
      try {
        await after(BACKSTOP_MS, undefined, { signal: AbortSignal.any([waking.signal, signal]) });
      } catch {
        // Tolerates being woken: that is how the sleep ends.
      } finally {
        sleepers.delete(sleeper);
      }
    },
    close: () => listening.unlisten(),
  };
}
