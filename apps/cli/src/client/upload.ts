// Owns: bytes on their way to the API: weights and tokenizers as blobs, problems as JSON lines. Must not know: experiment files, formats of others.
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { sha256Hex } from "@gradus/domain/content-hash";
import { ApiError, readJson, send } from "./api-client.ts";
import { RefusedError } from "./refused.ts";

/** Stores the bytes and returns their lower-case hex SHA-256. Bytes that are there already are not sent again. */
export async function putBlob(apiUrl: string, bytes: Uint8Array): Promise<string> {
  const hash = sha256Hex(bytes);
  const known = await send(apiUrl, `/blobs/${hash}`, { method: "HEAD" });
  if (known.ok) return hash;
  const response = await send(apiUrl, `/blobs/${hash}`, {
    method: "PUT",
    headers: { "content-type": "application/octet-stream" },
    body: Uint8Array.from(bytes),
  });
  const answer = await readJson<{ hash?: string; error?: string }>(response);
  if (answer.hash !== hash) throw new ApiError(`the bytes were not stored: ${answer.error ?? `another hash came back, ${answer.hash}`}`);
  return hash;
}

/** What an import came to. */
export interface Imported {
  readonly problemSetId: string;
  readonly contentHash: string;
  readonly imported: number;
  readonly rejected: readonly { readonly line: number; readonly reason: string }[];
}

/** Streams JSON lines of problems; they become a frozen set. @throws RefusedError where no line holds a problem, or the name is none */
export async function importProblems(
  apiUrl: string,
  { name, project = "default", lines }: { name: string; project?: string; lines: AsyncIterable<string> },
): Promise<Imported> {
  const query = new URLSearchParams({ name, project });
  const response = await send(apiUrl, `/import/problems?${query}`, {
    method: "POST",
    headers: { "content-type": "application/x-ndjson" },
    body: Readable.toWeb(Readable.from(withLineEnds(lines), { objectMode: false })) as ReadableStream,
    duplex: "half",
  });
  const answer = await readJson<Imported & { error?: string }>(response);
  if (response.ok) return answer;
  const reasons = (answer.rejected ?? []).slice(0, 20).map(({ line, reason }) => ({ path: `line ${line}`, expected: reason }));
  throw new RefusedError(answer.error ?? `the import was refused with ${response.status}`, reasons);
}

async function* withLineEnds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield `${line}\n`;
}

/** The lines of a text file, unpacked where its name ends in .gz. @throws RefusedError when it cannot be opened */
export async function readLines(file: string): Promise<AsyncIterable<string>> {
  // A folder opens as a file does, and fails where nobody names it.
  if (
    await stat(file).then(
      (found) => found.isDirectory(),
      () => false,
    )
  )
    throw missing(file, new Error("it is a folder"));
  const bytes = createReadStream(file);
  await new Promise<void>((resolve, reject) => {
    bytes.once("open", () => resolve());
    bytes.once("error", (error) => reject(missing(file, error)));
  });
  const text = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
  return createInterface({ input: text, crlfDelay: Infinity });
}

/** The whole file. @throws RefusedError when it cannot be read */
export async function readWhole(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw missing(file, error);
  }
}

const missing = (file: string, cause: unknown): RefusedError =>
  new RefusedError(`${file} cannot be read`, [
    { path: file, expected: `a file that can be read (${cause instanceof Error ? cause.message : String(cause)})` },
  ]);
