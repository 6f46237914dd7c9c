// Owns: GET /export/points and POST /import/points: every point of runs as a stream, and back. Must not know: how points are stored.
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { MissingRow } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import { exportPoints, readAsOf } from "@gradus/prisma/metrics/export-points";
import type { AsOf } from "@gradus/prisma/metrics/export-points";
import { importPoints, RunExists } from "@gradus/prisma/metrics/import-points";
import { readExportedRuns, readRunIds } from "@gradus/prisma/reading/export-reader";
import { Router } from "express";
import type { Request } from "express";
import { z } from "zod";
import { prunedSince } from "@gradus/prisma/metrics/prune";
import { allow, callerOf, refuseRequest } from "../access/http-access.ts";
import { refusalOf } from "../access/caller.ts";
import type { Caller } from "../access/caller.ts";
import { asOfCursor, readAsOfCursor } from "../export/as-of-cursor.ts";
import { toParquet } from "../export/parquet.ts";
import { toCsv, toJsonLines } from "../export/text-formats.ts";

const FORMATS = { csv: "text/csv; charset=utf-8", jsonl: "application/x-ndjson", parquet: "application/vnd.apache.parquet" } as const;
const Query = z.object({
  format: z.enum(["csv", "jsonl", "parquet"]).default("csv"),
  project: z.string().optional(),
  experiment: z.string().optional(),
  run: z.union([z.string(), z.array(z.string())]).optional(),
  asOf: z.string().optional(),
});

const Value = z.union([z.number(), z.enum(["NaN", "Infinity", "-Infinity"]).transform(Number)]);
const int32 = z.number().int().min(-2_147_483_648).max(2_147_483_647);
const Head = z.object({ gradus: z.literal("points"), version: z.literal(1) });
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
  batch: z.number().int().min(1).max(2_147_483_647),
});

export function pointFiles(db: Database): Router {
  const routes = Router();
  routes.get("/export/points", async (request, response) => {
    const query = Query.safeParse(request.query);
    if (!query.success) return void response.status(400).json({ error: z.prettifyError(query.error) });
    const { format } = query.data;
    const asOf = await momentOf(db, query.data);
    if (typeof asOf === "string") return void response.status(400).json({ error: asOf });
    const named = {
      runs: Object.keys(asOf),
      projects: [query.data.project ?? []].flat(),
      experiments: [query.data.experiment ?? []].flat(),
    };
    const refusal = await refusalOf(db.sql, callerOf(response), "READ", named);
    if (refusal !== null) return void refuseRequest(response, 403, refusal);
    const pruned = await prunedSince(db.sql, asOf);
    if (pruned.length > 0) {
      const error = `asOf: points of ${pruned.join(", ")} were pruned since: export again without asOf`;
      return void response.status(410).json({ error, error_code: "CURSOR_EXPIRED" });
    }
    response
      .type(FORMATS[format])
      .setHeader("x-gradus-as-of", asOfCursor(asOf))
      .setHeader("Content-Disposition", `attachment; filename="points.${format}"`);
    const points = exportPoints(db.sql, asOf);
    const bytes =
      format === "parquet"
        ? toParquet(points, asOf)
        : format === "csv"
          ? toCsv(points, asOf)
          : toJsonLines(points, asOf, await readExportedRuns(db, Object.keys(asOf)));
    await pipeline(Readable.from(bytes, { objectMode: false, highWaterMark: 1 << 20 }), response).catch((error: NodeJS.ErrnoException) => {
      // Tolerates a client that went away.
      if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
    });
  });
  const rule = allow(db.sql, () => ({ scope: "WRITE", what: "POST /import/points" }));
  routes.post("/import/points", rule, async (request, response) => {
    try {
      response.json(await readFile(db, request, callerOf(response)));
    } catch (error) {
      // Tolerates what a client may send: it is told, and nothing was stored.
      if (error instanceof RunExists) return void response.status(409).json({ error: error.message });
      if (error instanceof BadLine) return void response.status(400).json({ error: error.message });
      throw error;
    }
  });
  return routes;
}

async function momentOf(db: Database, { project, experiment, run, asOf }: z.infer<typeof Query>): Promise<AsOf | string> {
  if (asOf !== undefined) {
    try {
      return readAsOfCursor(asOf);
    } catch (error) {
      return (error as Error).message;
    }
  }
  if (project === undefined && experiment === undefined && run === undefined) return "name a project, an experiment, runs, or asOf";
  const ids = await readRunIds(db, { project, experiment, runs: run === undefined ? undefined : [run].flat() });
  return readAsOf(db.sql, ids);
}

class BadLine extends Error {}

async function readFile(db: Database, request: Request, { project: own }: Caller): Promise<object> {
  let number = 0;
  const lines = createInterface({ input: request, crlfDelay: Infinity })[Symbol.asyncIterator]();
  const next = async <Shape>(shape: z.ZodType<Shape>, orElse: (text: string) => boolean = () => false): Promise<Shape | null> => {
    for (;;) {
      const { done, value } = await lines.next();
      if (done === true) return null;
      number++;
      if (value === "") continue;
      if (orElse(value)) return null;
      let parsed: unknown;
      try {
        parsed = JSON.parse(value);
      } catch {
        throw new BadLine(`line ${number}: not JSON`);
      }
      const result = shape.safeParse(parsed);
      if (!result.success) throw new BadLine(`line ${number}: ${z.prettifyError(result.error)}`);
      return result.data;
    }
  };
  if ((await next(Head)) === null) throw new BadLine("line 1: an export of points is expected");
  const runs: z.infer<typeof Run>["run"][] = [];
  let first: string | null = null;
  for (;;) {
    const run = await next(Run, (text) => {
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
    if (first !== null) {
      const result = Point.safeParse(JSON.parse(first));
      if (!result.success) throw new BadLine(`line ${number}: ${z.prettifyError(result.error)}`);
      yield result.data;
    }
    for (let point = await next(Point); point !== null; point = await next(Point)) {
      if (!known.has(point.run)) throw new BadLine(`line ${number}: no line before it tells of run ${point.run}`);
      yield point;
    }
  }
  return importPoints(db.sql, runs, points()).catch((error: unknown) => {
    throw error instanceof MissingRow ? new BadLine(error.message) : error;
  });
}
