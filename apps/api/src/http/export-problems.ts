// Owns: GET /export/problems?set=ID: a stored problem set as lines of our own format, as POST /import/problems takes them. Must not know: GraphQL.
import type { Database } from "@gradus/prisma/database";
import { exportProblemSet } from "@gradus/prisma/training/problem-set-store";
import { Router } from "express";
import { allow } from "../access/http-access.ts";
import { sendStream } from "./send-stream.ts";

export function exportProblems({ sql, prisma }: Database): Router {
  const routes = Router();
  const rule = allow(sql, ({ query: { set } }) => ({ scope: "READ", named: { problemSets: typeof set === "string" ? [set] : [] } }));
  routes.get("/export/problems", rule, async (request, response) => {
    const { set } = request.query;
    if (typeof set !== "string" || (await prisma.problemSet.findUnique({ where: { id: set }, select: { id: true } })) === null)
      return void response.status(404).json({ error: "set: the id of a problem set that exists" });
    response.type("application/x-ndjson");
    await sendStream(response, exportProblemSet(sql, set));
  });
  return routes;
}
