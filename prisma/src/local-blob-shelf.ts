// Owns: telling and removing the blobs of a local directory. Must not know: which are needed, how they are written (local-blob-store.ts).
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { isBlobHash } from "@gradus/domain/blob-store";
import type { BlobShelf } from "./collect-blobs.ts";

/** The shelf of `localBlobStore(directory)`. Anything that is not a blob, a part of one included, is left alone. */
export function localBlobShelf(directory: string): BlobShelf {
  return {
    async *list() {
      for (const prefix of await namesIn(directory)) {
        for (const hash of await namesIn(join(directory, prefix))) {
          if (!isBlobHash(hash) || !hash.startsWith(prefix)) continue;
          // Another node may have removed it since.
          const found = await stat(join(directory, prefix, hash)).catch(() => null);
          if (found !== null) yield { hash, bytes: found.size, storedAt: found.mtime };
        }
      }
    },
    remove: (hash) => rm(join(directory, hash.slice(0, 2), hash), { force: true }),
  };
}

/** Names in a folder; none where it is missing or no folder. */
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
