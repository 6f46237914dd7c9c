// Owns: who may use HTTP routes: the caller of a request, the scope a route needs, and rows of the audit log for routes that change something.
// Must not know: what routes do, GraphQL.
import { beginAudit, endAudit } from "@gradus/prisma/access/audit-store";
import type { Named } from "@gradus/prisma/access/belonging";
import type { Sql } from "@gradus/prisma/database";
import type { Request, RequestHandler, Response } from "express";
import { keyIn } from "./authenticate.ts";
import type { Authenticate } from "./authenticate.ts";
import { refusalOf } from "./caller.ts";
import type { Caller, Scope } from "./caller.ts";

/** One body for everyone who reads refusals: our routes, GraphQL's clients, MLflow's. */
export function refuseRequest(response: Response, status: 401 | 403, message: string): void {
  const code = status === 401 ? "UNAUTHENTICATED" : "FORBIDDEN";
  const errors = [{ message, extensions: { code } }];
  response.status(status).json({ error: message, errors, error_code: status === 401 ? code : "PERMISSION_DENIED", message });
}

/** Puts the caller into `response.locals.caller`, or answers 401 before a body is read. */
export function recognise(authenticate: Authenticate): RequestHandler {
  return async (request, response, next) => {
    const key = keyIn(request.headers.authorization);
    const caller = await authenticate(key);
    if (caller !== null) {
      response.locals["caller"] = caller;
      return next();
    }
    // A browser asks its person for the key and sends it with all that the page asks for, sockets included.
    const scheme =
      request.headers.accept?.includes("text/html") === true ? 'Basic realm="Gradus: any name, an API key", charset="UTF-8"' : "Bearer";
    response.setHeader("WWW-Authenticate", scheme);
    refuseRequest(
      response,
      401,
      key === null ? "an API key is needed: Authorization: Bearer <key>" : "the API key is unknown, revoked or expired",
    );
  };
}

export const callerOf = (response: Response): Caller => response.locals["caller"] as Caller;

/** What a route needs. `named`: what the request names, known before its body is read. */
export interface RouteRule {
  readonly scope: Scope;
  readonly named?: Named;
  /** As the audit log calls it; absent: it changes nothing that has a log. */
  readonly what?: string;
}

/** Answers 403 where the caller may not. */
export function allow(sql: Sql, ruleOf: (request: Request) => RouteRule): RequestHandler {
  return async (request, response, next) => {
    const caller = callerOf(response);
    const { scope, named = {}, what } = ruleOf(request);
    const refusal = await refusalOf(sql, caller, scope, named);
    if (what !== undefined) {
      const { who, keyId, project } = caller;
      const requestId = String(response.locals["requestId"]);
      const projectId = project ?? named.projects?.[0] ?? null;
      const id = await beginAudit(sql, { who, keyId, projectId, what, target: null, requestId });
      if (refusal !== null) await endAudit(sql, id, false, refusal);
      // Where the process ends first, `ok` stays null: begun, its end unknown.
      else
        response.once(
          "close",
          () => void endAudit(sql, id, response.writableFinished && response.statusCode < 400, null).catch(() => undefined),
        );
    }
    if (refusal === null) return next();
    refuseRequest(response, 403, refusal);
  };
}
