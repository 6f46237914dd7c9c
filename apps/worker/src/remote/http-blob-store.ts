// Owns: the BlobStore of a node without one: checkpoint bytes go to the API's and come from there. Must not know: where the API keeps them.
import { createHash } from "node:crypto";
import { BlobMismatch, isBlobHash, MissingRow } from "@gradus/domain";
import type { BlobStore } from "@gradus/domain";
import type { ApiConnection } from "./api-connection.ts";

export function httpBlobStore(api: ApiConnection): BlobStore {
  return {
    async has(hash) {
      // Tolerates a blob that is not there: that is the answer. A HEAD has no body that could say more.
      return api
        .ask(
          pathOf(hash),
          () => ({ method: "HEAD" }),
          async () => true,
        )
        .catch(asMissing(false));
    },
    async put(bytes) {
      const hash = sha256(bytes);
      // The API checks the same hash over what arrives, and keeps nothing of anything else.
      const init = { method: "PUT", headers: { "content-type": "application/octet-stream" }, body: bytes as Uint8Array<ArrayBuffer> };
      await api.ask(
        pathOf(hash),
        () => init,
        (response) => response.arrayBuffer(),
      );
      return hash;
    },
    async get(hash) {
      const bytes = await api.ask(
        pathOf(hash),
        () => ({}),
        async (response) => new Uint8Array(await response.arrayBuffer()),
      );
      const actual = sha256(bytes);
      if (actual !== hash) throw new BlobMismatch(`blob ${hash} came damaged from the API: its bytes hash to ${actual}`);
      return bytes;
    },
  };
}

const asMissing =
  <Value>(value: Value) =>
  (error: unknown): Value => {
    if (error instanceof MissingRow) return value;
    throw error;
  };

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function pathOf(hash: string): string {
  if (!isBlobHash(hash)) throw new MissingRow(`${JSON.stringify(hash)} is no blob's name: 64 lower-case hexadecimal digits`);
  return `/blobs/${hash}`;
}
