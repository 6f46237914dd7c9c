// Owns: GraphQL over WebSockets on an HTTP server: who may open one, what errors say, and the end of a socket that stays slow.
// Must not know: which subscriptions there are.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { GraphQLError, parse, specifiedRules, validate } from "graphql";
import type { FormattedExecutionResult, GraphQLFormattedError, GraphQLSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { createContext } from "../context.ts";
import type { ApiContext, ApiParts } from "../context.ts";
import { maskError } from "../errors.ts";
import { limitSize, MAX_BODY_BYTES } from "../limits.ts";
import { closeSlowSockets } from "./slow-sockets.ts";
import type { SlowLimit } from "./slow-sockets.ts";

/** Tells clients to come back, here or elsewhere, from their cursors. */
const SERVICE_RESTART = 1012;

export interface SocketOptions {
  readonly path: string;
  readonly refuse: (request: IncomingMessage) => string | null;
  readonly slow: SlowLimit;
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
      onSubscribe(socket, id, payload) {
        const context = createContext(parts);
        of(socket).set(id, context);
        const document = parseOrError(payload.query);
        if (document instanceof GraphQLError) return [document];
        const errors = validate(schema, document, [...specifiedRules, limitSize]);
        if (errors.length > 0) return [...errors];
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

function parseOrError(query: string) {
  try {
    return parse(query);
  } catch (error) {
    // Tolerates any text a client sends: a syntax error is its answer.
    return error instanceof GraphQLError ? error : new GraphQLError("the query cannot be parsed");
  }
}
