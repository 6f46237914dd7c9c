// Owns: GET /export/samples and /export/checkpoints, and their imports: what runs kept beside points, as JSON lines. Bytes of checkpoints travel as blobs.
// Must not know: how it is stored.
import type { StreamingBlobStore } from "@gradus/domain";
import { isBlobHash, UpdateReport } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import { exportSamples, importSamples, NotTheirs } from "@gradus/prisma/metrics/export-samples";
import { BytesMissing, exportCheckpoints, importCheckpoints } from "@gradus/prisma/training/export-checkpoints";
import { Router } from "express";
import type { RequestHandler } from "express";
import { z } from "zod";
import { allow, callerOf } from "../access/http-access.ts";
import { refusalOf } from "../access/caller.ts";
import type { Caller } from "../access/caller.ts";
import { checkSamples } from "../commands/check-batch.ts";
import { Refusal } from "../commands/refusal.ts";
import { asOfCursor } from "../export/as-of-cursor.ts";
import { rowsAsLines } from "../export/text-formats.ts";
import { readMoment } from "./export-moment.ts";
import { BadLine, jsonLines } from "./json-lines.ts";
import type { JsonLines } from "./json-lines.ts";
import { int32, ordinal, sendFile } from "./point-files.ts";

const JSON_LINES = "application/x-ndjson";
const Sample = z.object({
  run: z.string(),
  name: z.string(),
  step: int32,
  segment: int32,
  batch: ordinal,
  kind: z.enum(["TEXT", "TABLE", "HISTOGRAM"]),
  body: z.unknown(),
  time: z.number(),
});
const Checkpoint = z.object({
  run: z.string(),
  policyVersion: int32.min(0),
  step: int32.min(0),
  hash: z.string().refine(isBlobHash, "64 lower-case hexadecimal digits"),
  bytes: z.number().int().min(0),
  engine: z.string().min(1).max(250),
  report: UpdateReport.nullable(),
  time: z.number(),
});

export function keptFiles(db: Database, blobs: StreamingBlobStore): Router {
  const routes = Router();
  routes.get("/export/samples", async (request, response) => {
    const asked = await readMoment(db, request, response);
    if (asked === null) return;
    const asOf = asOfCursor(asked.moment);
    const lines = rowsAsLines("samples", exportSamples(db.sql, asked.moment.batches), asOf);
    await sendFile(response, lines, { type: JSON_LINES, name: "samples.jsonl", asOf });
  });
  routes.get("/export/checkpoints", async (request, response) => {
    const asked = await readMoment(db, request, response, "1");
    if (asked === null) return;
    const { versions } = asked.moment;
    if (versions === null)
      return void response
        .status(400)
        .json({ error: "asOf: it is the moment of an export without checkpoints: ask for points with checkpoints=1" });
    const asOf = asOfCursor(asked.moment);
    const lines = rowsAsLines("checkpoints", exportCheckpoints(db.sql, versions), asOf);
    await sendFile(response, lines, { type: JSON_LINES, name: "checkpoints.jsonl", asOf });
  });
  const take = (what: string, read: (lines: JsonLines, caller: Caller) => Promise<object>): void => {
    const store: RequestHandler = async (request, response) => {
      const lines = jsonLines(request);
      try {
        response.json(await read(lines, callerOf(response)));
      } catch (error) {
        await lines.discard();
        // Tolerates what a client may send: it is told, and nothing was stored.
        if (error instanceof BadLine || error instanceof Refusal) return void response.status(400).json({ error: error.message });
        if (error instanceof NotTheirs || error instanceof BytesMissing) return void response.status(409).json({ error: error.message });
        throw error;
      }
    };
    routes.post(
      `/import/${what}`,
      allow(db.sql, () => ({ scope: "WRITE", what: `POST /import/${what}` })),
      store,
    );
  };
  take("samples", async (lines, caller) => {
    const rows = rowsOf(db, lines, caller, "samples", Sample);
    return { samples: await importSamples(db.sql, checked(rows)) };
  });
  take("checkpoints", async (lines, caller) => {
    const rows = rowsOf(db, lines, caller, "checkpoints", Checkpoint);
    return { checkpoints: await importCheckpoints(db.sql, rows, (hash) => blobs.has(hash)) };
  });
  return routes;
}

/** The rows of a file of this kind. @throws BadLine; also for a run of a project that is not the caller's */
async function* rowsOf<Row extends { readonly run: string }>(
  db: Database,
  lines: JsonLines,
  caller: Caller,
  kind: string,
  shape: z.ZodType<Row>,
): AsyncGenerator<Row> {
  if ((await lines.next(z.object({ gradus: z.literal(kind), version: z.literal(1) }))) === null)
    throw new BadLine(`line 1: an export of ${kind} is expected`);
  const allowed = new Set<string>();
  for (let row = await lines.next(shape); row !== null; row = await lines.next(shape)) {
    if (!allowed.has(row.run)) {
      const refusal = await refusalOf(db.sql, caller, "WRITE", { runs: [row.run] });
      if (refusal !== null) throw new BadLine(`line ${lines.number}: ${refusal}`);
      allowed.add(row.run);
    }
    yield row;
  }
}

async function* checked(samples: AsyncIterable<z.infer<typeof Sample>>): AsyncGenerator<z.infer<typeof Sample>> {
  for await (const sample of samples) {
    checkSamples([sample]);
    yield sample;
  }
}
