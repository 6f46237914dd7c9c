// Owns: the port to where checkpoint bytes lie. Must not know: directories, HTTP, buckets.

/** Content-addressed bytes: a blob's name is the lower-case hex SHA-256 of its bytes, so writing twice writes once. */
export interface BlobStore {
  /** Returns the hash when the bytes are durable. */
  put(bytes: Uint8Array): Promise<string>;
  /** @throws MissingRow when there is no such blob; Error naming the blob when its bytes do not match their hash */
  get(hash: string): Promise<Uint8Array>;
  has(hash: string): Promise<boolean>;
}
