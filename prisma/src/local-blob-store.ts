// Owns: blobs in a local directory, durable when `put` returns. Must not know: what the bytes mean, who asks.
import { createHash, randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, open, readFile, rename, rm, utimes } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BlobMismatch, isBlobHash } from "@gradus/domain/blob-store";
import type { StreamingBlobStore } from "@gradus/domain/blob-store";
import { MissingRow } from "@gradus/domain/failure";
import { checkedChunks } from "./checked-chunks.ts";

/** `<directory>/ab/abcdef...`: two letters of the hash as a folder. */
export function localBlobStore(directory: string): StreamingBlobStore {
  const pathOf = (hash: string): string => {
    if (!isBlobHash(hash)) throw new MissingRow(`${JSON.stringify(hash)} is no blob's name: 64 lower-case hexadecimal digits`);
    return join(directory, hash.slice(0, 2), hash);
  };
  const store = async (path: string, chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[]): Promise<void> => {
    await mkdir(dirname(path), { recursive: true });
    const temporary = `${path}.${randomUUID()}.partial`;
    try {
      await writeDurably(temporary, chunks);
      await rename(temporary, path);
    } catch (error) {
      // Tolerates nothing: only leaves no part of a blob behind.
      await rm(temporary, { force: true });
      throw error;
    }
    // The name is durable only when its folder is.
    await syncFolder(dirname(path));
    await syncFolder(directory);
  };
  return {
    has: (hash) =>
      access(pathOf(hash), constants.R_OK).then(
        () => true,
        () => false,
      ),
    async put(bytes) {
      const hash = sha256(bytes);
      const path = pathOf(hash);
      // What is there and whole stays, as young as if it were new (collect-blobs.ts); what was damaged is written again.
      if (await isWhole(path, hash)) await utimes(path, new Date(), new Date());
      else await store(path, [bytes]);
      return hash;
    },
    async get(hash) {
      const path = pathOf(hash);
      const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => asMissing(error, hash));
      const actual = sha256(bytes);
      if (actual !== hash) throw new BlobMismatch(`the blob in ${path} is damaged: its bytes hash to ${actual}`);
      return bytes;
    },
    write: (hash, bytes, chunks) => store(pathOf(hash), checkedChunks(chunks, { hash, bytes }, `blob ${hash}`)),
    async read(hash) {
      const path = pathOf(hash);
      const file = await open(path, "r").catch((error: NodeJS.ErrnoException) => asMissing(error, hash));
      const { size: bytes } = await file.stat();
      return { bytes, chunks: checkedChunks(fileChunks(file), { hash, bytes }, `the blob in ${path} is damaged`) };
    },
  };
}

function asMissing(error: NodeJS.ErrnoException, hash: string): never {
  throw error.code === "ENOENT" ? new MissingRow(`there is no blob ${hash}`) : error;
}

async function* fileChunks(file: FileHandle): AsyncGenerator<Uint8Array> {
  try {
    yield* file.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>;
  } finally {
    await file.close();
  }
}

async function isWhole(path: string, hash: string): Promise<boolean> {
  try {
    return sha256(await readFile(path)) === hash;
  } catch {
    // Tolerates a blob that is missing or unreadable: it is written.
    return false;
  }
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

async function writeDurably(path: string, chunks: AsyncIterable<Uint8Array> | readonly Uint8Array[]): Promise<void> {
  const file = await open(path, "wx");
  try {
    for await (const chunk of chunks) await file.writeFile(chunk);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
