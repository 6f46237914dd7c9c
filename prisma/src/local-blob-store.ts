// Owns: blobs in a local directory, durable when `put` returns. Must not know: what the bytes mean, who asks.
import { constants } from "node:fs";
import { access, mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { createHash, randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import { MissingRow } from "@gradus/domain/failure";
import type { BlobStore } from "@gradus/domain/blob-store";

/** `<directory>/ab/abcdef...`: two letters of the hash as a folder. */
export function localBlobStore(directory: string): BlobStore {
  const pathOf = (hash: string): string => {
    if (!/^[0-9a-f]{64}$/.test(hash)) throw new MissingRow(`${JSON.stringify(hash)} is no blob's name: 64 lower-case hexadecimal digits`);
    return join(directory, hash.slice(0, 2), hash);
  };
  const has = (hash: string): Promise<boolean> =>
    access(pathOf(hash), constants.R_OK).then(
      () => true,
      () => false,
    );
  return {
    has,
    async put(bytes) {
      const hash = sha256(bytes);
      const path = pathOf(hash);
      // What is there and whole stays; what was damaged is written again.
      if (await isWhole(path, hash)) return hash;
      await mkdir(dirname(path), { recursive: true });
      const temporary = `${path}.${randomUUID()}.partial`;
      try {
        await writeDurably(temporary, bytes);
        await rename(temporary, path);
      } catch (error) {
        // Tolerates nothing: only leaves no part of a blob behind.
        await rm(temporary, { force: true });
        throw error;
      }
      // The name is durable only when its folder is.
      await syncFolder(dirname(path));
      await syncFolder(directory);
      return hash;
    },
    async get(hash) {
      const path = pathOf(hash);
      const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === "ENOENT") throw new MissingRow(`there is no blob ${hash}`);
        throw error;
      });
      const actual = sha256(bytes);
      if (actual !== hash) throw new Error(`the blob in ${path} is damaged: its bytes hash to ${actual}`);
      return bytes;
    },
  };
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

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, "wx");
  try {
    await file.writeFile(bytes);
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
