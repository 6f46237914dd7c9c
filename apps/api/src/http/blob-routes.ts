// Owns: PUT /blobs and GET, HEAD /blobs/:hash: checkpoint bytes by their hash. Must not know: where they are kept.
import { MissingRow } from "@gradus/domain";
import type { BlobStore } from "@gradus/domain";
import express, { Router } from "express";

/** The largest blob taken over HTTP: it is held in memory while it is hashed. */
const MAX_BLOB_BYTES = 1 << 30;

export function blobRoutes(blobs: BlobStore): Router {
  const routes = Router();
  routes.put("/blobs", express.raw({ type: () => true, limit: MAX_BLOB_BYTES }), async (request, response) => {
    const body: unknown = request.body;
    if (!(body instanceof Uint8Array) || body.length === 0) return void response.status(400).json({ error: "the body holds no bytes" });
    const hash = await blobs.put(body);
    response.status(201).location(`/blobs/${hash}`).json({ hash });
  });
  routes.get("/blobs/:hash", async (request, response) => {
    const { hash } = request.params;
    if (!/^[0-9a-f]{64}$/.test(hash)) return void response.status(400).json({ error: "a blob's name is 64 lower-case hexadecimal digits" });
    try {
      const bytes = await blobs.get(hash);
      response.setHeader("ETag", `"${hash}"`).setHeader("X-Content-Type-Options", "nosniff").type("application/octet-stream");
      response.send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    } catch (error) {
      // Tolerates a blob that is not there: the client is told.
      if (!(error instanceof MissingRow)) throw error;
      response.status(404).json({ error: error.message });
    }
  });
  return routes;
}
