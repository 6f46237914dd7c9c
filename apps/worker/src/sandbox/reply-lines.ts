// Owns: reading reply lines from an untrusted channel, bounded. Must not know: what a reply means.
import type { Readable } from "node:stream";

/** The lines of a channel in order. `next` gives null at its end, or once it has passed `maxBytes` (then `overflowed`). */
export class ReplyLines {
  overflowed = false;
  /** Resolves once nothing more can come. */
  readonly done: Promise<void>;
  readonly #finish: () => void;
  #held = "";
  #ended = false;
  #bytes = 0;
  readonly #lines: string[] = [];
  #wake: (() => void) | null = null;
  readonly #maxBytes: number;

  constructor(channel: Readable, maxBytes: number, onOverflow: () => void) {
    this.#maxBytes = maxBytes;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.done = promise;
    this.#finish = () => {
      this.#ended = true;
      this.#signal();
      resolve();
    };
    channel.on("data", (part: Buffer) => {
      this.#bytes += part.length;
      if (this.#bytes > this.#maxBytes) {
        if (!this.overflowed) onOverflow();
        this.overflowed = true;
        this.#held = "";
        this.#finish();
        return;
      }
      const pieces = (this.#held + part.toString("latin1")).split("\n");
      this.#held = pieces.pop() ?? "";
      if (pieces.length === 0) return;
      this.#lines.push(...pieces);
      this.#signal();
    });
    for (const event of ["end", "close", "error"]) channel.once(event, this.#finish);
  }

  async next(): Promise<string | null> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** True where something came that nobody asked for. Call once `done`. */
  get leftover(): boolean {
    return this.#held !== "" || this.#lines.length > 0;
  }

  #signal(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
