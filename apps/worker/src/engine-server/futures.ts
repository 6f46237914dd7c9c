// Owns: work that is promised and asked for later: ids, waiting, how long an answer is kept. Must not know: what the work is.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

/** What a finished request came to. */
export type Outcome = { readonly value: unknown } | { readonly error: Error };

interface Promised {
  readonly outcome: Promise<Outcome>;
}

/** An answer may be asked for more than once, for this long after it was there. */
const KEPT_MS = 600_000;

export class Futures {
  readonly #promised = new Map<string, Promised>();

  /** Starts to wait for `work` and returns the id under which its outcome can be asked for. */
  add(work: Promise<unknown>): string {
    const id = randomUUID();
    const outcome = work.then(
      (value): Outcome => ({ value }),
      (error: unknown): Outcome => ({ error: error instanceof Error ? error : new Error(String(error)) }),
    );
    this.#promised.set(id, { outcome });
    void outcome.then(() => setTimeout(() => this.#promised.delete(id), KEPT_MS).unref());
    return id;
  }

  /** The outcome when it is there within `waitMs`; "pending" when it is not; null for an id nobody was given. */
  async outcomeOf(id: string, waitMs: number): Promise<Outcome | "pending" | null> {
    const promised = this.#promised.get(id);
    if (promised === undefined) return null;
    const waited = new AbortController();
    const late = sleep(waitMs, "pending" as const, { signal: waited.signal, ref: false }).catch(() => "pending" as const);
    const first = await Promise.race([promised.outcome, late]);
    waited.abort();
    return first;
  }
}
