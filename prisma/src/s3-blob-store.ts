// Owns: blobs in a bucket of an S3-compatible store. Must not know: what the bytes mean, who asks, where the settings come from (ADR 0010).
import { createHash } from "node:crypto";
import { openAsBlob } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BlobMismatch, isBlobHash } from "@gradus/domain/blob-store";
import type { StreamingBlobStore } from "@gradus/domain/blob-store";
import { MissingRow } from "@gradus/domain/failure";
import { AwsClient } from "aws4fetch";
import { checkedChunks } from "./checked-chunks.ts";

export interface S3Settings {
  /** `https://host`, without the bucket. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Before every name; empty: none. */
  readonly prefix: string;
  readonly region: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** Answers of 5xx and 429 are asked again so often, each after twice the time of the one before, from 50 ms. */
const RETRIES = 5;

/** `<prefix>/ab/abcdef...`, addressed by path, which every compatible store understands. */
export function s3BlobStore({ endpoint, bucket, prefix, ...credentials }: S3Settings): StreamingBlobStore {
  const client = new AwsClient({ ...credentials, service: "s3", retries: RETRIES });
  const base = [endpoint.replace(/\/+$/, ""), bucket, ...prefix.split("/").filter((part) => part !== "")].join("/");
  const ask = async (method: "GET" | "HEAD" | "PUT", hash: string, body?: Blob | Uint8Array): Promise<Response> => {
    if (!isBlobHash(hash)) throw new MissingRow(`${JSON.stringify(hash)} is no blob's name: 64 lower-case hexadecimal digits`);
    // A blob's name is the payload hash that the request is signed with: the store itself refuses any other bytes.
    const content = body === undefined ? {} : { body: body as Blob, headers: { "x-amz-content-sha256": hash } };
    const response = await client.fetch(`${base}/${hash.slice(0, 2)}/${hash}`, { method, ...content });
    if (response.ok || (response.status === 404 && method === "HEAD")) return response;
    const said = await response.text();
    if (response.status === 404 && said.includes("NoSuchKey")) throw new MissingRow(`there is no blob ${hash}`);
    throw new Error(`${method} of blob ${hash}: the store at ${endpoint} answered ${response.status} ${codeOf(said)}`);
  };
  return {
    has: async (hash) => (await ask("HEAD", hash)).ok,
    async put(bytes) {
      const hash = createHash("sha256").update(bytes).digest("hex");
      await drained(await ask("PUT", hash, bytes));
      return hash;
    },
    async get(hash) {
      const bytes = new Uint8Array(await (await ask("GET", hash)).arrayBuffer());
      const actual = createHash("sha256").update(bytes).digest("hex");
      if (actual !== hash) throw new BlobMismatch(`blob ${hash} in bucket ${bucket} is damaged: its bytes hash to ${actual}`);
      return bytes;
    },
    async write(hash, bytes, chunks) {
      // On disk first: nothing reaches the store before it is known to be whole, and a refused request can be sent again.
      const folder = await mkdtemp(join(tmpdir(), "gradus-blob-"));
      try {
        const file = join(folder, hash);
        await writeFile(file, checkedChunks(chunks, { hash, bytes }, `blob ${hash}`));
        await drained(await ask("PUT", hash, await openAsBlob(file)));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    async read(hash) {
      const response = await ask("GET", hash);
      const bytes = Number(response.headers.get("content-length"));
      const body = response.body ?? new ReadableStream<Uint8Array>({ start: (stream) => stream.close() });
      return { bytes, chunks: checkedChunks(body, { hash, bytes }, `blob ${hash} in bucket ${bucket} is damaged`) };
    },
  };
}

/** An answer that is not read keeps its connection. */
const drained = async (response: Response): Promise<unknown> => response.arrayBuffer();

const codeOf = (said: string): string => /<Code>([^<]{1,64})<\/Code>/.exec(said)?.[1] ?? "without a reason";
