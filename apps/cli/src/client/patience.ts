// Owns: how long a verb waits for an API that went away, as a restarting one does. Must not know: requests.
import { setTimeout as sleep } from "node:timers/promises";
import { UnusableError } from "../up/unusable.ts";

/** A launcher restarts an API within seconds; a machine that reboots takes about this long, in milliseconds. */
const GIVE_UP_MS = 120_000;
const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 2_000;

/** Counts how long nothing has answered. */
export class Patience {
  #since: number | null = null;
  #waitMs = FIRST_WAIT_MS;
  readonly #giveUpMs: number;

  constructor(giveUpMs: number = GIVE_UP_MS) {
    this.#giveUpMs = giveUpMs;
  }

  /** Something answered. */
  answered(): void {
    this.#since = null;
    this.#waitMs = FIRST_WAIT_MS;
  }

  /** Waits before the next try. @throws `error` once nothing has answered for too long */
  async wait(error: unknown, signal?: AbortSignal): Promise<void> {
    this.#since ??= performance.now();
    if (performance.now() - this.#since > this.#giveUpMs) throw error;
    await sleep(this.#waitMs, undefined, { ...(signal && { signal }) });
    this.#waitMs = Math.min(this.#waitMs * 2, LONGEST_WAIT_MS);
  }
}

/** Repeats a request that changes nothing until somebody answers it. */
export async function patiently<Result>(ask: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  const patience = new Patience();
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      // Tolerates an API that is away for a while; whatever it answers is thrown on.
      if (!(error instanceof UnusableError)) throw error;
      await patience.wait(error, signal);
    }
  }
}
