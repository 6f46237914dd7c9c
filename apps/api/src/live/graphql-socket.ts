// Owns: GraphQL over WebSockets on an HTTP server: who may open one, what errors say, and the end of a socket that stays slow.
// Must not know: which subscriptions there are.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { GraphQLError, NoSchemaIntrospectionCustomRule, parse, specifiedRules, validate } from "graphql";
import type { FormattedExecutionResult, GraphQLFormattedError, GraphQLSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { createContext } from "../context.ts";
import type { ApiContext, ApiParts } from "../context.ts";
import { keyIn } from "../access/authenticate.ts";
import type { Authenticate } from "../access/authenticate.ts";
import { maskError } from "../errors.ts";
import { requireListed } from "../access/listed-operations.ts";
import type { ListedOperations } from "../access/listed-operations.ts";
import { TOO_MANY, tooMany } from "../access/rate-limits.ts";
import type { TakeTurn } from "../access/rate-limits.ts";
import { limitSize, MAX_BODY_BYTES, refuseCostly } from "../limits.ts";
import { closeSlowSockets } from "./slow-sockets.ts";
import type { SlowLimit } from "./slow-sockets.ts";

/** graphql-ws takes it for final: clients do not come back with the same key. */
const FORBIDDEN = 4403;
/** Tells clients to come back, here or elsewhere, from their cursors. */
const SERVICE_RESTART = 1012;

export interface SocketOptions {
  readonly path: string;
  readonly refuse: (request: IncomingMessage) => string | null;
  readonly authenticate: Authenticate;
  /** How often the key of an open socket is looked at again, in milliseconds. */
  readonly recheckKeysMs: number;
  readonly slow: SlowLimit;
  readonly takeTurn: TakeTurn;
  readonly introspection: boolean;
  /** Null: any operation. */
  readonly listed: ListedOperations | null;
}

export function serveGraphqlSockets(
  server: Server,
  schema: GraphQLSchema,
  parts: ApiParts,
  options: SocketOptions,
): { count(): number; dispose(): Promise<void> } {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_BODY_BYTES });
  server.on("upgrade", (request, socket: Duplex, head) => {
    const refusal =
      new URL(request.url ?? "/", "http://x").pathname === options.path ? options.refuse(request) : "there are no sockets here";
    if (refusal !== null)
      return void socket.end(`HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n${refusal}\n`);
    sockets.handleUpgrade(request, socket, head, (opened) => sockets.emit("connection", opened, request));
  });

  // By socket first: clients choose the ids of their operations, and two sockets may choose alike.
  const contexts = new WeakMap<object, Map<string, ApiContext>>();
  const of = (socket: object): Map<string, ApiContext> => contexts.get(socket) ?? contexts.set(socket, new Map()).get(socket) ?? new Map();
  const mask = (errors: readonly unknown[], request: ApiContext | undefined): GraphQLFormattedError[] =>
    errors.map((error) => maskError(error, request ?? { id: "socket", log: parts.log }));
  const serving = useServer(
    {
      schema,
      async onConnect(socket) {
        const key = keyOf(socket);
        if ((await options.authenticate(key)) === null) return false;
        if (key === null) return true;
        const { socket: opened } = socket.extra;
        const timer = setInterval(() => {
          // Tolerates a database that is away: the key is looked at again later.
          options.authenticate(key).then(
            (caller) => caller ?? opened.close(FORBIDDEN, "Forbidden"),
            () => undefined,
          );
        }, options.recheckKeysMs).unref();
        opened.once("close", () => clearInterval(timer));
        return true;
      },
      async onSubscribe(socket, id, payload) {
        const caller = await options.authenticate(keyOf(socket));
        if (caller === null) return [new GraphQLError("the API key is revoked or expired", { extensions: { code: "UNAUTHENTICATED" } })];
        const turn = await options.takeTurn(caller);
        if (turn?.allowed === false) return [new GraphQLError(tooMany(turn), { extensions: { code: TOO_MANY } })];
        const context = createContext(parts, crypto.randomUUID(), caller);
        of(socket).set(id, context);
        const document = parseOrError(payload.query);
        if (document instanceof GraphQLError) return [document];
        const errors = validate(schema, document, [
          ...specifiedRules,
          limitSize,
          ...(options.introspection ? [] : [NoSchemaIntrospectionCustomRule]),
        ]);
        if (errors.length > 0) return [...errors];
        try {
          requireListed(options.listed, payload.query);
          refuseCostly(document, payload.operationName, payload.variables ?? {});
        } catch (error) {
          // Tolerates what is refused: that is the answer.
          if (error instanceof GraphQLError) return [error];
          throw error;
        }
        return { schema, document, operationName: payload.operationName, variableValues: payload.variables, contextValue: context };
      },
      onNext: (socket, id, _payload, _args, { data, errors }): FormattedExecutionResult | undefined =>
        errors === undefined ? undefined : { data: data ?? null, errors: mask(errors, of(socket).get(id)) },
      onError: (socket, id, _payload, errors) => mask(errors, of(socket).get(id)),
      onComplete: (socket, id) => void of(socket).delete(id),
    },
    sockets,
  );
  const watch = closeSlowSockets(sockets, options.slow, parts.log);
  return {
    count: () => sockets.clients.size,
    async dispose() {
      clearInterval(watch);
      for (const socket of sockets.clients) socket.close(SERVICE_RESTART, "SERVICE_RESTART");
      await serving.dispose();
    },
  };
}

/** In `connection_init` as `{ authorization: "Bearer <key>" }`, or in the header with which a browser opens sockets of a page it has a key for. */
function keyOf({
  connectionParams,
  extra,
}: {
  readonly connectionParams?: Readonly<Record<string, unknown>> | undefined;
  readonly extra: { readonly request: IncomingMessage };
}): string | null {
  const given = connectionParams?.["authorization"];
  return keyIn(typeof given === "string" ? given : extra.request.headers.authorization);
}

function parseOrError(query: string) {
  try {
    return parse(query);
  } catch (error) {
    // Tolerates any text a client sends: a syntax error is its answer.
    return error instanceof GraphQLError ? error : new GraphQLError("the query cannot be parsed");
  }
}
