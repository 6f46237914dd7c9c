// Owns: when blobs that no row points at are taken away, and the setting that says how long they stay. Must not know: how they are found.
import type { Database } from "@gradus/prisma";
import { collectBlobs } from "@gradus/prisma/collect-blobs";
import { localBlobShelf } from "@gradus/prisma/local-blob-shelf";

const EVERY_MS = 3_600_000;
const HOUR_MS = 3_600_000;

/**
 * Collects once an hour, and tells on standard error what went. `retention` is GRADUS_BLOB_RETENTION_HOURS: hours an unneeded blob stays (default 24),
 * or `off`. A bucket is left alone: nothing lists it yet. Returns what ends it.
 * @throws Error naming the setting
 */
export function collectRegularly({ sql }: Database, where: string, retention = "24"): () => void {
  const hours = retention === "off" ? null : Number(retention);
  if (hours !== null && !(hours > 0)) throw new Error(`GRADUS_BLOB_RETENTION_HOURS: expected hours above 0, or off, got ${retention}`);
  if (hours === null || where.startsWith("s3:")) return () => undefined;
  const collect = async (): Promise<void> => {
    try {
      const { removed, bytes } = await collectBlobs(sql, localBlobShelf(where), { olderThanMs: hours * HOUR_MS });
      if (removed > 0) console.error(`removed ${removed} blobs that nothing points at, ${(bytes / 1e6).toFixed(1)} MB`);
    } catch (error) {
      // Tolerates a database or folder that is away: the next hour comes.
      console.error(`blobs were not collected: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const timer = setInterval(() => void collect(), EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
