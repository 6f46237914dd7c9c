// Owns: GraphQL over WebSockets on an HTTP server: who may open one, what errors say, and the end of a socket that stays slow.
// Must not know: which subscriptions there are.
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { GraphQLError } from "graphql";
import type { FormattedExecutionResult, GraphQLFormattedError, GraphQLSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import { WebSocketServer } from "ws";
import { createContext } from "../context.ts";
import type { ApiContext, ApiParts } from "../context.ts";
import { keyIn } from "../access/authenticate.ts";
import type { Authenticate } from "../access/authenticate.ts";
import { maskError } from "../errors.ts";
import { TOO_MANY, tooMany } from "../access/rate-limits.ts";
import type { TakeTurn } from "../access/rate-limits.ts";
import { MAX_BODY_BYTES, MAX_OPERATIONS_A_SOCKET } from "../limits.ts";
import { executeTold, readOperation, subscribeFreshly } from "./operation.ts";
import type { OperationRules } from "./operation.ts";
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
  /** How many may be open. */
  readonly maxSockets: number;
  readonly takeTurn: TakeTurn;
  readonly rules: OperationRules;
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
    if (refusal !== null) return void socket.end(answer("403 Forbidden", refusal));
    if (sockets.clients.size >= options.maxSockets)
      return void socket.end(answer("503 Service Unavailable\r\nRetry-After: 5", `${options.maxSockets} sockets are open`));
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
      subscribe: subscribeFreshly as never,
      execute: executeTold as never,
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
        const under = of(socket);
        if (under.size >= MAX_OPERATIONS_A_SOCKET)
          return [
            new GraphQLError(`a socket may have ${MAX_OPERATIONS_A_SOCKET} operations under way`, {
              extensions: { code: "TOO_MANY_OPERATIONS" },
            }),
          ];
        const headers = { ...socket.extra.request.headers, ...socket.connectionParams, ...payload.extensions };
        const context = createContext(parts, crypto.randomUUID(), caller, { protocol: "graphql-transport-ws", headers });
        const read = readOperation(schema, payload, context, options.rules);
        if (Array.isArray(read)) return read;
        under.set(id, context);
        return read as Exclude<typeof read, readonly unknown[]>;
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

const answer = (status: string, why: string): string =>
  `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: text/plain\r\n\r\n${why}\n`;

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
