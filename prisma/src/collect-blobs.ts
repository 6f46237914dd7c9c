// Owns: taking away blobs that no row points at, safely beside saves in progress. Must not know: where blobs lie, what they mean.
import type { Sql, Transaction } from "./sql.ts";

/** One blob as it lies in a store. */
export interface StoredBlob {
  readonly hash: string;
  readonly bytes: number;
  readonly storedAt: Date;
}

/** What collection needs of a store, beside BlobStore. */
export interface BlobShelf {
  list(): AsyncIterable<StoredBlob>;
  /** Nothing happens where there is no such blob. */
  remove(hash: string): Promise<void>;
}

export interface Collected {
  readonly removed: number;
  readonly bytes: number;
  /** Blobs that stay, since a row points at them or they are young. */
  readonly kept: number;
}

/** Two-key advisory lock: a row that begins to point at a blob holds it shared, a removal alone. */
const LOCK = [0x62_6c_6f_62, 1] as const;

/**
 * Makes it safe to point a row at `hash` until the transaction ends: no collection removes it meanwhile.
 * @throws Error when it is gone already; the attempt that saved it must save again
 */
export async function holdBlob(tx: Transaction, hash: string, isStored: (hash: string) => Promise<boolean>): Promise<void> {
  await tx`select pg_advisory_xact_lock_shared(${LOCK[0]}, ${LOCK[1]})`;
  if (!(await isStored(hash))) throw new Error(`checkpoint ${hash} is not in the blob store: save it again`);
}

/**
 * Removes every blob that no row points at and that has lain for `olderThanMs`: a save or upload whose row is still to come is younger. Policy versions,
 * warm starts and tokenizers of experiments and arms, tokenizers of nodes, and evaluations under way point at blobs. Looked up again under the lock, one blob at a time, so that a
 * row which is committed in between keeps its blob, and any number of nodes may collect at once.
 */
export async function collectBlobs(sql: Sql, shelf: BlobShelf, { olderThanMs }: { readonly olderThanMs: number }): Promise<Collected> {
  const before = Date.now() - olderThanMs;
  let [removed, bytes, kept] = [0, 0, 0];
  for await (const blob of shelf.list()) {
    const isRemoved =
      blob.storedAt.getTime() < before && !(await isPointedAt(sql, blob.hash)) && (await removeUnderLock(sql, shelf, blob.hash));
    if (isRemoved) [removed, bytes] = [removed + 1, bytes + blob.bytes];
    else kept += 1;
  }
  return { removed, bytes, kept };
}

async function removeUnderLock(sql: Sql, shelf: BlobShelf, hash: string): Promise<boolean> {
  return sql.begin(async (tx) => {
    await tx`select pg_advisory_xact_lock(${LOCK[0]}, ${LOCK[1]})`;
    if (await isPointedAt(tx, hash)) return false;
    await shelf.remove(hash);
    return true;
  }) as Promise<boolean>;
}

async function isPointedAt(sql: Sql | Transaction, hash: string): Promise<boolean> {
  const named = `%sha256:${hash}%`;
  const [row] = await sql<{ found: boolean }[]>`select
      exists (select from "PolicyVersion" where "checkpointHash" = ${hash})
      or exists (select from "Evaluation" where "policyHash" = ${hash} and "completedAt" is null)
      or exists (select from "Node" where capabilities ->> 'tokenizer' = ${hash})
      or exists (select from "Experiment" where specification::text like ${named})
      or exists (select from "Arm" where configuration::text like ${named}) as found`;
  return row?.found ?? true;
}
