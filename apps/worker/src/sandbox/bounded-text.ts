// Owns: keeping the first bytes of a stream that may never end. Must not know: whose stream.
import type { Readable } from "node:stream";

/** How many times the kept bytes a stream may carry before the program is ended for flooding. */
const FLOOD = 64;

export interface BoundedText {
  /** What was kept, read as UTF-8, marked with `…[cut]` where more came. */
  text(): string;
  readonly done: Promise<void>;
}

/** Reads `stream` to its end, keeps `limit` bytes, and calls `onFlood` once when far more than that came. Never fails. */
export function keepBounded(stream: Readable, limit: number, onFlood: () => void): BoundedText {
  const parts: Buffer[] = [];
  let kept = 0;
  let seen = 0;
  stream.on("data", (part: Buffer) => {
    if (kept < limit) {
      const room = part.subarray(0, limit - kept);
      parts.push(room);
      kept += room.length;
    }
    const before = seen;
    seen += part.length;
    if (before <= limit * FLOOD && seen > limit * FLOOD) onFlood();
  });
  const done = new Promise<void>((resolve) => {
    stream.once("close", resolve);
    stream.once("end", resolve);
    // A reset by a killed process is an end like another.
    stream.once("error", () => resolve());
  });
  return { done, text: () => Buffer.concat(parts).toString("utf8") + (seen > kept ? "…[cut]" : "") };
}
