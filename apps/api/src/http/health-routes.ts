// Owns: /healthz (the process answers) and /readyz (it can do its work). Must not know: GraphQL.
import type { Database } from "@gradus/prisma/database";
import { Router } from "express";
import type { RunControl } from "../run-control.ts";

export function healthRoutes({ sql }: Database, control: RunControl): Router {
  const routes = Router();
  routes.get("/healthz", (_request, response) => void response.json({ ok: true }));
  routes.get("/readyz", async (_request, response) => {
    const [database, workflows] = await Promise.all([
      sql`select 1`.then(
        () => true,
        () => false,
      ),
      control.isReachable(),
    ]);
    response.status(database && workflows ? 200 : 503).json({ ok: database && workflows, database, workflows });
  });
  return routes;
}
