// Owns: holding a stream of bytes to the hash they go by. Must not know: where they come from or go to.
import { createHash } from "node:crypto";
import { BlobMismatch } from "@gradus/domain/blob-store";

/**
 * Passes chunks on, the last one only when all together are `bytes` bytes that hash to `hash`: whoever is cut off before the end has no whole blob.
 * @throws BlobMismatch that names `what`
 */
export async function* checkedChunks(
  chunks: AsyncIterable<Uint8Array>,
  { hash, bytes }: { readonly hash: string; readonly bytes: number },
  what: string,
): AsyncGenerator<Uint8Array> {
  const digest = createHash("sha256");
  let count = 0;
  let held: Uint8Array | undefined;
  for await (const chunk of chunks) {
    if (held !== undefined) yield held;
    digest.update(chunk);
    count += chunk.byteLength;
    if (count > bytes) throw new BlobMismatch(`${what}: more than the ${bytes} bytes that were announced`);
    held = chunk;
  }
  if (count < bytes) throw new BlobMismatch(`${what}: ${count} of ${bytes} bytes came`);
  const actual = digest.digest("hex");
  if (actual !== hash) throw new BlobMismatch(`${what}: its bytes hash to ${actual}`);
  if (held !== undefined) yield held;
}
