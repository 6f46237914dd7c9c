// Owns: the port to where checkpoint bytes lie. Must not know: directories, HTTP, buckets.

/** Content-addressed bytes: a blob's name is the lower-case hex SHA-256 of its bytes, so writing twice writes once. */
export interface BlobStore {
  /** Returns the hash when the bytes are durable. What was damaged is stored again. */
  put(bytes: Uint8Array): Promise<string>;
  /** @throws MissingRow when there is no such blob; Error naming the blob when its bytes do not match their hash */
  get(hash: string): Promise<Uint8Array>;
  has(hash: string): Promise<boolean>;
}

/** A store that takes and gives bytes in passing, for whoever serves it to others: no blob is ever whole in memory. */
export interface StreamingBlobStore extends BlobStore {
  /** Stores `bytes` bytes that must hash to `hash`, and returns when they are durable. Of anything else nothing stays. @throws BlobMismatch */
  write(hash: string, bytes: number, chunks: AsyncIterable<Uint8Array>): Promise<void>;
  /** @throws MissingRow. The iteration throws BlobMismatch before its last chunk when the bytes do not match their hash. */
  read(hash: string): Promise<BlobContent>;
}

export interface BlobContent {
  /** How many bytes the chunks have in all. */
  readonly bytes: number;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Bytes that are not those of the name they go by: damaged where they lie, or cut short on their way. */
export class BlobMismatch extends Error {
  override readonly name = "BlobMismatch";
}

export const isBlobHash = (name: string): boolean => /^[0-9a-f]{64}$/.test(name);
