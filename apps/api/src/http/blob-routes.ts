// Owns: PUT, GET and HEAD /blobs/:hash: checkpoint bytes by their hash, in passing. Must not know: where they are kept.
import { pipeline } from "node:stream/promises";
import { BlobMismatch, isBlobHash, MissingRow } from "@gradus/domain";
import type { StreamingBlobStore } from "@gradus/domain";
import { Router } from "express";

/** The largest blob: what a bucket takes in one request. */
export const MAX_BLOB_BYTES = 5 * 2 ** 30;

export function blobRoutes(blobs: StreamingBlobStore): Router {
  const routes = Router();
  routes.param("hash", (_request, response, next, hash: string) => {
    if (isBlobHash(hash)) return next();
    response.status(400).json({ error: "a blob's name is 64 lower-case hexadecimal digits" });
  });
  routes.put("/blobs/:hash", async (request, response) => {
    const { hash } = request.params;
    const bytes = Number(request.headers["content-length"] ?? Number.NaN);
    if (Number.isNaN(bytes)) return void response.status(411).json({ error: "the Content-Length is missing" });
    if (bytes === 0) return void response.status(400).json({ error: "the body holds no bytes" });
    if (bytes > MAX_BLOB_BYTES) return void response.status(413).json({ error: `a blob has at most ${MAX_BLOB_BYTES} bytes` });
    try {
      await blobs.write(hash, bytes, request);
      response.status(201).location(`${request.baseUrl}/blobs/${hash}`).json({ hash });
    } catch (error) {
      // Tolerates other bytes than were announced, and a sender that is gone: the store has kept nothing.
      if (request.errored !== null) return;
      if (!(error instanceof BlobMismatch)) throw error;
      response.status(422).json({ error: error.message });
    }
  });
  routes.head("/blobs/:hash", async (request, response) => {
    response.status((await blobs.has(request.params.hash)) ? 200 : 404).end();
  });
  routes.get("/blobs/:hash", async (request, response) => {
    const { hash } = request.params;
    try {
      const { bytes, chunks } = await blobs.read(hash);
      // Awaited before anything is answered, so that what is damaged within its first chunk is an error and no broken answer.
      const rest = chunks[Symbol.asyncIterator]();
      const first = await rest.next();
      response.setHeader("ETag", `"${hash}"`).type("application/octet-stream");
      response.setHeader("Content-Length", bytes);
      await pipeline(async function* () {
        if (!first.done) yield first.value;
        yield* { [Symbol.asyncIterator]: () => rest };
      }, response);
    } catch (error) {
      // Tolerates a reader that has gone, and a blob that is not there: the client is told.
      if (error instanceof Error && "code" in error && error.code === "ERR_STREAM_PREMATURE_CLOSE") return;
      if (!(error instanceof MissingRow)) throw error;
      response.status(404).json({ error: error.message });
    }
  });
  return routes;
}
