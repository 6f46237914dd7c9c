// Owns: files on their way from the API. Must not know: what they hold.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ReadableStream } from "node:stream/web";
import { readJson, send } from "./api-client.ts";
import { RefusedError } from "./refused.ts";
import { writing } from "./unwritable.ts";

export interface Downloading {
  readonly bytes: Readable;
  /** The moment that an export is of; empty for other files. */
  readonly asOf: string;
}

/** @throws RefusedError in the API's words */
export async function download(apiUrl: string, path: string, signal: AbortSignal): Promise<Downloading> {
  const response = await send(apiUrl, path, { signal });
  if (!response.ok || response.body === null) {
    const { error } = await readJson<{ error?: string }>(response);
    throw new RefusedError(error ?? `${path} was refused with ${response.status}`, []);
  }
  return { bytes: Readable.fromWeb(response.body as ReadableStream), asOf: response.headers.get("x-gradus-as-of") ?? "" };
}

/** Writes the file whole or not at all; returns the SHA-256 of its bytes, lower-case hex. @throws RefusedError where it cannot be written there */
export async function downloadTo(bytes: Readable, file: string): Promise<string> {
  const hash = createHash("sha256");
  const partial = `${file}.partial`;
  try {
    const written = pipeline(
      bytes,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(partial),
    );
    await writing(file, "--out", written);
    await writing(file, "--out", rename(partial, file));
  } finally {
    await rm(partial, { force: true });
  }
  return hash.digest("hex");
}
