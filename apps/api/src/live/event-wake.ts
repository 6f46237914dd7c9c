// Owns: knowing that a run has new events, from Postgres' NOTIFY. A wake-up only: the rows are the truth, and a lost one costs time, not events.
// Must not know: subscribers' cursors, GraphQL.
import type { Sql } from "@gradus/prisma/database";
import { EVENTS_CHANNEL } from "@gradus/prisma/training/run-transaction";

/** How long a reader sleeps at most: what a lost notification costs. All are woken at once, so that those of one stream read it once. */
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
  const backstop = setInterval(everyone, BACKSTOP_MS).unref();

  const missed = (mark: number, concerns: (runId: string) => boolean): boolean => {
    // Most sleepers have missed nothing at all: thousands of them must not look through the runs of others.
    if (clock === mark) return false;
    if (forgottenUpTo > mark) return true;
    for (const [runId, at] of lastNotified) if (at > mark && concerns(runId)) return true;
    return false;
  };
  return {
    mark: () => clock,
    sleep: (mark, concerns, signal) =>
      new Promise((resolve) => {
        if (signal.aborted || missed(mark, concerns)) return resolve();
        const wake = (): void => {
          sleepers.delete(sleeper);
          signal.removeEventListener("abort", wake);
          resolve();
        };
        const sleeper = { concerns, wake };
        sleepers.add(sleeper);
        signal.addEventListener("abort", wake);
      }),
    async close() {
      clearInterval(backstop);
      await listening.unlisten();
    },
  };
}
