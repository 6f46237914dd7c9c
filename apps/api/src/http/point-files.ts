// Owns: GET /export/points and POST /import/points: every point of runs as a stream, and back. Must not know: how points are stored.
import { MissingRow } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import { exportPoints } from "@gradus/prisma/metrics/export-points";
import { importPoints, RunExists } from "@gradus/prisma/metrics/import-points";
import { readExportedRuns } from "@gradus/prisma/reading/export-reader";
import { Router } from "express";
import type { Response } from "express";
import { z } from "zod";
import { allow, callerOf } from "../access/http-access.ts";
import type { Caller } from "../access/caller.ts";
import { asOfCursor, readAsOfCursor } from "../export/as-of-cursor.ts";
import { toParquet } from "../export/parquet.ts";
import { toCsv, toJsonLines } from "../export/text-formats.ts";
import { readMoment } from "./export-moment.ts";
import { BadLine, jsonLines } from "./json-lines.ts";
import type { JsonLines } from "./json-lines.ts";
import { sendStream } from "./send-stream.ts";

const FORMATS = { csv: "text/csv; charset=utf-8", jsonl: "application/x-ndjson", parquet: "application/vnd.apache.parquet" } as const;

const Value = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform(Number)]);
export const int32 = z.number().int().min(-2_147_483_648).max(2_147_483_647);
export const ordinal = z.number().int().min(1).max(2_147_483_647);
const Head = z.object({ gradus: z.literal("points"), version: z.literal(1), asOf: z.string() });
const Run = z.object({
  run: z.object({
    id: z.string().min(1).max(250),
    project: z.string(),
    experiment: z.string().min(1).max(250),
    arm: z.string().min(1).max(250),
    seed: int32,
    name: z.string().nullable(),
    config: z.record(z.string(), z.unknown()),
    segments: int32.min(0),
  }),
});
const Point = z.object({
  run: z.string(),
  name: z.string().min(1).max(250),
  step: int32,
  value: Value,
  time: z.number(),
  segment: int32,
  batch: ordinal,
});

export function pointFiles(db: Database): Router {
  const routes = Router();
  routes.get("/export/points", async (request, response) => {
    const asked = await readMoment(db, request, response);
    if (asked === null) return;
    const { format } = asked.query;
    const { batches } = asked.moment;
    const asOf = asOfCursor(asked.moment);
    const points = exportPoints(db.sql, batches);
    const bytes =
      format === "parquet"
        ? toParquet(points, asOf)
        : format === "csv"
          ? toCsv(points, asOf)
          : toJsonLines(points, asOf, await readExportedRuns(db, Object.keys(batches)));
    await sendFile(response, bytes, { type: FORMATS[format], name: `points.${format}`, asOf });
  });
  const rule = allow(db.sql, () => ({ scope: "WRITE", what: "POST /import/points" }));
  routes.post("/import/points", rule, async (request, response) => {
    const lines = jsonLines(request);
    try {
      response.json(await readFile(db, lines, callerOf(response)));
    } catch (error) {
      await lines.discard();
      // Tolerates what a client may send: it is told, and nothing was stored.
      if (error instanceof RunExists) return void response.status(409).json({ error: error.message });
      if (error instanceof BadLine) return void response.status(400).json({ error: error.message });
      throw error;
    }
  });
  return routes;
}

/** Streams the bytes under their name; the moment they are of is in `x-gradus-as-of` too. */
export async function sendFile(
  response: Response,
  bytes: AsyncIterable<Uint8Array | string>,
  { type, name, asOf }: { readonly type: string; readonly name: string; readonly asOf: string },
): Promise<void> {
  response.type(type).setHeader("x-gradus-as-of", asOf).setHeader("Content-Disposition", `attachment; filename="${name}"`);
  await sendStream(response, bytes);
}

async function readFile(db: Database, lines: JsonLines, { project: own }: Caller): Promise<object> {
  const head = await lines.next(Head);
  if (head === null) throw new BadLine("line 1: an export of points is expected");
  const runs: z.infer<typeof Run>["run"][] = [];
  let first: string | null = null;
  for (;;) {
    const run = await lines.next(Run, (text) => {
      if (text.startsWith('{"run":{')) return false;
      first = text;
      return true;
    });
    if (run === null) break;
    runs.push(run.run);
  }
  const known = new Set(runs.map(({ id }) => id));
  for (const project of new Set(runs.map((run) => run.project)))
    if ((own !== null && project !== own) || (await db.prisma.project.findUnique({ where: { id: project } })) === null)
      throw new BadLine(`there is no project ${project}`);
  async function* points(): AsyncGenerator<z.infer<typeof Point>> {
    if (first !== null) yield lines.as(Point, first);
    for (let point = await lines.next(Point); point !== null; point = await lines.next(Point)) {
      if (!known.has(point.run)) throw new BadLine(`line ${lines.number}: no line before it tells of run ${point.run}`);
      yield point;
    }
  }
  return importPoints(db.sql, runs, momentIn(head.asOf).batches, points()).catch((error: unknown) => {
    throw error instanceof MissingRow ? new BadLine(error.message) : error;
  });
}

function momentIn(cursor: string): ReturnType<typeof readAsOfCursor> {
  try {
    return readAsOfCursor(cursor);
  } catch (error) {
    // Tolerates any text in a file: it is refused by its line.
    throw new BadLine(`line 1: ${(error as Error).message}`);
  }
}
