// Owns: what every BlobStore must do, whatever is behind it. Must not know: any adapter.
import { createHash } from "node:crypto";
import { BlobMismatch, MissingRow } from "@gradus/domain";
import type { BlobStore, StreamingBlobStore } from "@gradus/domain";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

export interface BlobSubject {
  readonly store: BlobStore;
  /** The store as one that streams, where it does. */
  readonly streaming?: StreamingBlobStore;
  /** Replaces the bytes that lie under a name, behind the store's back. */
  damage(hash: string, bytes: Uint8Array): Promise<void>;
  /** Every file that is kept, unfinished ones included. */
  kept(): Promise<string[]>;
  close(): Promise<void>;
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
/** Bytes that no other test has. */
const bytesOf = (name: string, length: number): Buffer => Buffer.alloc(length, createHash("sha256").update(name).digest());

async function* inPieces(bytes: Buffer, size = 65_536, failAfter = Infinity): AsyncGenerator<Uint8Array> {
  for (let begin = 0; begin < bytes.length; begin += size) {
    if (begin >= failAfter) throw new Error("the sender is gone");
    yield bytes.subarray(begin, begin + size);
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

export function blobStoreContract(name: string, open: () => Promise<BlobSubject>): void {
  describe(name, () => {
    let subject: BlobSubject;
    beforeAll(async () => {
      subject = await open();
    });
    afterAll(async () => subject.close());

    test.each([1, 65_537, 9_000_001])("gives back %i bytes under their SHA-256", async (length) => {
      const bytes = bytesOf(`back ${length}`, length);
      const hash = sha256(bytes);
      expect(await subject.store.has(hash)).toBe(false);
      expect(await subject.store.put(bytes)).toBe(hash);
      expect(await subject.store.has(hash)).toBe(true);
      expect(sha256(await subject.store.get(hash))).toBe(hash);
    });

    test("keeps a blob once, however many write it at once", async () => {
      const bytes = bytesOf("at once", 300_000);
      const hashes = await Promise.all(Array.from({ length: 8 }, () => subject.store.put(bytes)));
      expect(new Set(hashes)).toEqual(new Set([sha256(bytes)]));
      expect((await subject.kept()).filter((file) => file.includes(sha256(bytes)))).toHaveLength(1);
    });

    test("says that a blob is missing, also under a name that is none", async () => {
      for (const missing of ["0".repeat(64), "../../etc/passwd", "", "F".repeat(64)]) {
        await expect(subject.store.get(missing), missing).rejects.toThrow(MissingRow);
      }
    });

    test.each([40, 700_000])(
      "never gives damaged bytes (%i of them), names the blob, and is mended by storing it again",
      async (length) => {
        const bytes = bytesOf(`damaged ${length}`, length);
        const hash = await subject.store.put(bytes);
        const other = Buffer.from(bytes);
        other[length - 1] = (other[length - 1] ?? 0) ^ 1;
        await subject.damage(hash, other);
        await expect(subject.store.get(hash)).rejects.toThrow(hash);
        await subject.store.put(bytes);
        expect(sha256(await subject.store.get(hash))).toBe(hash);
      },
    );

    test("takes and gives bytes in passing, where it can", async () => {
      const { streaming } = subject;
      if (streaming === undefined) return;
      const bytes = bytesOf("passing", 3_000_000);
      const hash = sha256(bytes);
      await streaming.write(hash, bytes.length, inPieces(bytes));
      const content = await streaming.read(hash);
      expect(content.bytes).toBe(bytes.length);
      expect(sha256(await collect(content.chunks))).toBe(hash);
      await expect(streaming.read("0".repeat(64))).rejects.toThrow(MissingRow);

      const other = Buffer.from(bytes);
      other[0] = (other[0] ?? 0) ^ 1;
      await subject.damage(hash, other);
      const seen: number[] = [];
      const reading = (async () => {
        for await (const chunk of (await streaming.read(hash)).chunks) seen.push(chunk.byteLength);
      })();
      await expect(reading).rejects.toThrow(BlobMismatch);
      expect(
        seen.reduce((sum, length) => sum + length, 0),
        "bytes before the error",
      ).toBeLessThan(bytes.length);
    });

    test("keeps nothing of bytes that are not what they were said to be, or that stop coming", async () => {
      const { streaming } = subject;
      if (streaming === undefined) return;
      const bytes = bytesOf("wrong", 1_000_000);
      const hash = sha256(bytes);
      const before = await subject.kept();
      const wrong: [hash: string, length: number, chunks: AsyncIterable<Uint8Array>, error: RegExp | typeof BlobMismatch][] = [
        [sha256(Buffer.from("else")), bytes.length, inPieces(bytes), BlobMismatch],
        [hash, bytes.length, inPieces(bytes.subarray(0, 999_999)), BlobMismatch],
        [hash, bytes.length - 1, inPieces(bytes), BlobMismatch],
        [hash, bytes.length, inPieces(bytes, 65_536, 500_000), /sender is gone/],
      ];
      for (const [claimed, length, chunks, error] of wrong) {
        await expect(streaming.write(claimed, length, chunks)).rejects.toThrow(error);
        expect(await subject.store.has(claimed)).toBe(false);
      }
      expect(await subject.kept()).toEqual(before);
    });
  });
}
