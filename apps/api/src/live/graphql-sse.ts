// Owns: subscriptions as server-sent events, for curl and for proxies that let no WebSocket through: one stream a request. Must not know: which
// subscriptions there are, who callers are.
import { getOperationAST, OperationTypeNode } from "graphql";
import type { GraphQLFormattedError, GraphQLSchema } from "graphql";
import { createHandler } from "graphql-sse/lib/use/express";
import type { Request, RequestHandler, Response } from "express";
import { keyIn } from "../access/authenticate.ts";
import type { Authenticate } from "../access/authenticate.ts";
import { callerOf } from "../access/http-access.ts";
import { createContext } from "../context.ts";
import type { ApiContext, ApiParts } from "../context.ts";
import { maskError } from "../errors.ts";
import { readOperation, subscribeFreshly } from "./operation.ts";
import type { OperationRules } from "./operation.ts";
import type { SlowLimit } from "./slow-sockets.ts";

export interface StreamOptions {
  readonly authenticate: Authenticate;
  readonly recheckKeysMs: number;
  readonly slow: SlowLimit;
  /** How many may be open. */
  readonly maxSockets: number;
  readonly rules: OperationRules;
}

export interface EventStreams {
  /** After `recognise` and a JSON body parser, at the streams' path. */
  readonly handler: RequestHandler;
  count(): number;
  /** Ends every stream; clients come back, from their cursors. */
  end(): void;
}

const JSON_TYPE = { "content-type": "application/json; charset=utf-8" };

const refuse = (status: number, statusText: string, errors: readonly GraphQLFormattedError[]) =>
  [JSON.stringify({ errors }), { status, statusText, headers: JSON_TYPE }] as const;

export function serveEventStreams(schema: GraphQLSchema, parts: ApiParts, options: StreamOptions): EventStreams {
  const open = new Set<Response>();

  const handle = createHandler<Record<string, unknown>>({
    // One stream a request: nothing to keep between requests, so any of several API processes may serve the next one.
    authenticate: () => null,
    subscribe: subscribeFreshly as never,
    onSubscribe({ raw, context: { res } }, params) {
      const response = res as Response;
      const origin = { protocol: "graphql-sse", headers: raw.headers } as const;
      const context = createContext(parts, String(response.locals["requestId"]), callerOf(response), origin);
      const read = readOperation(schema, params, context, options.rules);
      if (Array.isArray(read))
        return refuse(
          400,
          "Bad Request",
          read.map((error) => maskError(error, context)),
        );
      const args = read as Exclude<typeof read, readonly unknown[]>;
      if (getOperationAST(args.document, args.operationName)?.operation !== OperationTypeNode.SUBSCRIPTION)
        return refuse(405, "Method Not Allowed", [{ message: "only subscriptions are streamed: queries and mutations go to /graphql" }]);
      return args as never;
    },
    async onNext(context, { context: { res } }, result) {
      // The library takes the next event as soon as this returns: it must wait for the reader, or what he leaves unread would pile up.
      await drained(res as Response);
      if (!("errors" in result) || result.errors === undefined) return undefined;
      return { ...result, errors: result.errors.map((error) => maskError(error, context as unknown as ApiContext)) as never };
    },
  });

  const handler = async (request: Request, response: Response): Promise<void> => {
    if (open.size >= options.maxSockets)
      return void response
        .status(503)
        .setHeader("retry-after", "5")
        .json({ errors: [{ message: `${options.maxSockets} streams are open` }] });
    open.add(response);
    const stop = watch(request, response, options, (unread) => parts.log.warn({ unreadBytes: unread }, "a slow stream was ended"));
    response.once("close", () => {
      stop();
      open.delete(response);
    });
    // What stands in front of the server must not gather events before it passes them on.
    response.setHeader("x-accel-buffering", "no");
    await handle(request, response);
  };
  return {
    handler,
    count: () => open.size,
    end: () => open.forEach((response) => response.destroy()),
  };
}

function drained(response: Response): Promise<void> {
  if (!response.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      response.off("drain", done).off("close", done);
      resolve();
    };
    response.once("drain", done).once("close", done);
  });
}

/** Ends the stream when its key does, or when nothing of what waits has been read for too long. Returns how to stop watching. */
function watch(
  request: Request,
  response: Response,
  { authenticate, recheckKeysMs, slow }: StreamOptions,
  tell: (unread: number) => void,
): () => void {
  const key = keyIn(request.headers.authorization);
  const recheck = setInterval(() => {
    // Tolerates a database that is away: the key is looked at again later.
    authenticate(key).then(
      (caller) => caller ?? response.destroy(),
      () => undefined,
    );
  }, recheckKeysMs).unref();
  let unreadSince: number | null = null;
  const look = setInterval(
    () => {
      if (!response.writableNeedDrain) unreadSince = null;
      else unreadSince ??= Date.now();
      if (unreadSince === null || Date.now() - unreadSince < slow.ms) return;
      tell(response.writableLength);
      response.destroy();
    },
    Math.min(1_000, slow.ms),
  ).unref();
  return () => {
    clearInterval(recheck);
    clearInterval(look);
  };
}
