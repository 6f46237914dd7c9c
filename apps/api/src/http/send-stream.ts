// Owns: bytes on their way to a client that may go away. Must not know: what they are.
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Response } from "express";

export async function sendStream(response: Response, bytes: AsyncIterable<Uint8Array | string>): Promise<void> {
  await pipeline(Readable.from(bytes, { objectMode: false, highWaterMark: 1 << 20 }), response).catch((error: NodeJS.ErrnoException) => {
    // Tolerates a client that went away.
    if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  });
}
