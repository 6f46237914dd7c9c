// Owns: of which runs and which moment an export is, and whether the caller may have it. Must not know: formats, how points are stored.
import type { Database } from "@gradus/prisma/database";
import { readAsOf } from "@gradus/prisma/metrics/export-points";
import { prunedSince } from "@gradus/prisma/metrics/prune";
import { readRunIds } from "@gradus/prisma/reading/export-reader";
import { readFilteredIds } from "@gradus/prisma/reading/run-reader";
import { readVersions } from "@gradus/prisma/training/export-checkpoints";
import type { Request, Response } from "express";
import { GraphQLError } from "graphql";
import { z } from "zod";
import { callerOf, refuseRequest } from "../access/http-access.ts";
import { refusalOf } from "../access/caller.ts";
import { readAsOfCursor } from "../export/as-of-cursor.ts";
import type { Moment } from "../export/as-of-cursor.ts";
import { conditionsOf } from "../run-filter/run-filter.ts";

const Query = z.object({
  format: z.enum(["csv", "jsonl", "parquet"]).default("csv"),
  project: z.string().optional(),
  experiment: z.string().optional(),
  run: z.union([z.string(), z.array(z.string())]).optional(),
  /** The text form of a filter of runs; of those that the words before it name, where there are any. */
  where: z.string().min(1).optional(),
  asOf: z.string().optional(),
  /** The moment is one of checkpoints too: their files can be asked for as of it. */
  checkpoints: z.enum(["0", "1"]).optional(),
});
export type ExportQuery = z.infer<typeof Query>;

/** Answers and returns null where there is nothing to export or the caller may not. `checkpoints`: where the request does not say. */
export async function readMoment(
  db: Database,
  request: Request,
  response: Response,
  checkpoints: "0" | "1" = "0",
): Promise<{ query: ExportQuery; moment: Moment } | null> {
  const parsed = Query.safeParse(request.query);
  const refuse = (status: number, body: object): null => (response.status(status).json(body), null);
  if (!parsed.success) return refuse(400, { error: z.prettifyError(parsed.error) });
  const query = { checkpoints, ...parsed.data };
  const { project: own } = callerOf(response);
  const moment = await momentOf(db, query, own);
  if (typeof moment === "string") return refuse(400, { error: moment });
  const named = {
    // Those that are asked for too: whether a filter finds one must not tell of a run that is elsewhere.
    runs: [...new Set([...[query.run ?? []].flat(), ...Object.keys(moment.batches)])],
    projects: [query.project ?? []].flat(),
    experiments: [query.experiment ?? []].flat(),
  };
  const refusal = await refusalOf(db.sql, callerOf(response), "READ", named);
  if (refusal !== null) return (refuseRequest(response, 403, refusal), null);
  const nowhere = await missingOf(db, query);
  if (nowhere !== null) return refuse(400, { error: nowhere });
  const pruned = await prunedSince(db.sql, moment.batches);
  if (pruned.length > 0) {
    const error = `asOf: points of ${pruned.join(", ")} were pruned since: export again without asOf`;
    return refuse(410, { error, error_code: "CURSOR_EXPIRED" });
  }
  return { query, moment };
}

/** What is named and is nowhere: a misspelt name would be an empty file that looks like an export. Null where all is there. */
async function missingOf({ prisma }: Database, { project, experiment, run }: ExportQuery): Promise<string | null> {
  const runs = run === undefined ? [] : [run].flat();
  const known = await prisma.run.findMany({ where: { id: { in: runs } }, select: { id: true } });
  const unknown = runs.find((id) => !known.some((one) => one.id === id));
  if (unknown !== undefined) return `run: there is no run ${unknown}`;
  if (experiment !== undefined && (await prisma.experiment.findUnique({ where: { id: experiment }, select: { id: true } })) === null)
    return `experiment: there is no experiment ${experiment}`;
  if (project !== undefined && (await prisma.project.findUnique({ where: { id: project }, select: { id: true } })) === null)
    return `project: there is no project ${project}`;
  return null;
}

/** `own`: the only project the caller may see, whose runs a filter alone is about. A text says what is wrong with the request. */
async function momentOf(
  db: Database,
  { project, experiment, run, where, asOf, checkpoints }: ExportQuery,
  own: string | null,
): Promise<Moment | string> {
  try {
    if (asOf !== undefined) return readAsOfCursor(asOf);
    const names = [project, experiment, run].some((name) => name !== undefined);
    if (!names && where === undefined) return "name a project, an experiment, runs, a filter of runs with where, or asOf";
    const conditions = where === undefined ? [] : conditionsOf(where, "where");
    const named = await readRunIds(db, {
      project: names ? project : (own ?? undefined),
      experiment,
      runs: run === undefined ? undefined : [run].flat(),
    });
    const ids = where === undefined ? named : await readFilteredIds(db, { ids: named, conditions });
    return { batches: await readAsOf(db.sql, ids), versions: checkpoints === "1" ? await readVersions(db.sql, ids) : null };
  } catch (error) {
    // Tolerates any cursor and any filter a person may write: the message says what is wrong with it.
    if (error instanceof GraphQLError) return error.message;
    throw error;
  }
}
