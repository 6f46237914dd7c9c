// Owns: the API as one server: GraphQL over HTTP and WebSockets, nodes, blobs, imports, health and the page, on one port. Must not know: processes, environment
// variables.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ApolloServer } from "@apollo/server";
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from "@apollo/server/plugin/disabled";
import { ApolloServerPluginDrainHttpServer } from "@apollo/server/plugin/drainHttpServer";
import { expressMiddleware } from "@as-integrations/express5";
import type { StreamingBlobStore } from "@gradus/domain";
import type { Database } from "@gradus/prisma/database";
import { databaseSink } from "@gradus/prisma/training/database-sink";
import express from "express";
import type { Logger } from "pino";
import { accessRules, authenticator, requireSomeKey } from "./access/authenticate.ts";
import { allow, callerOf, recognise } from "./access/http-access.ts";
import { requireListed } from "./access/listed-operations.ts";
import type { ListedOperations } from "./access/listed-operations.ts";
import { limitRate, rateLimiter } from "./access/rate-limits.ts";
import { watchAlerts } from "./alerts/watch-alerts.ts";
import type { AlertSettings } from "./alerts/watch-alerts.ts";
import { readWebhookAddresses } from "./alerts/webhook-addresses.ts";
import { compactNowAndThen } from "./compaction.ts";
import type { DeletionSettings } from "./commands/shelve.ts";
import { createContext } from "./context.ts";
import type { ApiContext } from "./context.ts";
import { maskError, maskOutside } from "./errors.ts";
import { hostGuard } from "./host-guard.ts";
import { blobRoutes } from "./http/blob-routes.ts";
import { healthRoutes } from "./http/health-routes.ts";
import { exportProblems } from "./http/export-problems.ts";
import { importProblems } from "./http/import-problems.ts";
import { requireKeyBeyondLoopback } from "./http/node-key.ts";
import { observeRequests } from "./http/observe-requests.ts";
import { keptFiles } from "./http/kept-files.ts";
import { pointFiles } from "./http/point-files.ts";
import { nodeRoutes } from "./http/node-routes.ts";
import { securityHeaders } from "./http/security-headers.ts";
import { webPage } from "./http/web-page.ts";
import { limitSize, MAX_BODY_BYTES, MAX_SOCKETS, refuseCostly } from "./limits.ts";
import { listenForEvents } from "./live/event-wake.ts";
import { serveGraphqlSockets } from "./live/graphql-socket.ts";
import { serveEventStreams } from "./live/graphql-sse.ts";
import type { CoalesceLimit } from "./live/placed-points.ts";
import { shareReads } from "./live/shared-reads.ts";
import type { SlowLimit } from "./live/slow-sockets.ts";
import type { RunControl } from "./run-control.ts";
import { mlflowRoutes } from "./mlflow/mlflow-routes.ts";
import { sweepNowAndThen } from "./sweeping.ts";
import { createSchema } from "./schema.ts";
import type { Tracing } from "./tracing.ts";

export interface ApiInput {
  readonly db: Database;
  readonly control: RunControl;
  readonly blobs: StreamingBlobStore;
  /** What a node must know to read work and write results; absent: any program on this machine may, and the API stays on loopback. */
  readonly nodeKey?: string;
  /** Opens everything; there so that the first API key can be made. */
  readonly adminKey?: string;
  /** API keys are asked for on loopback too; beyond it they always are. */
  readonly requireKeys?: boolean;
  /** How often each key may ask, times a minute; absent: as often as it likes. */
  readonly requestsPerMinute?: number;
  /** Whether clients may read the schema; default true. */
  readonly introspection?: boolean;
  /** Only these operations are executed; absent: any. */
  readonly listed?: ListedOperations;
  /** How often the key of an open socket is looked at again, in milliseconds; default 10,000. */
  readonly recheckKeysMs?: number;
  /** WebSockets, and as many streams of server-sent events, that may be open; default 20,000. */
  readonly maxSockets?: number;
  readonly log: Logger;
  /** Absent: no request is traced. */
  readonly tracing?: Pick<Tracing, "requests" | "operations" | "streams">;
  readonly host?: string;
  /** 0 or absent: a free one. */
  readonly port?: number;
  /** Further hosts, as clients write them, that this server is reached under. */
  readonly allowedHosts?: readonly string[];
  /** Directory of the built page. */
  readonly web?: string;
  /** When alert rules are looked at and where their webhooks may go; absent: never, nowhere. */
  readonly alerts?: AlertSettings;
  /** How long what is deleted can be restored, and how often it is looked for what no longer can; absent: a week, never. */
  readonly deletion?: DeletionSettings;
  /** How often metric series are compacted, in milliseconds; absent: never. */
  readonly compactEveryMs?: number;
  /** What a slow socket may hold up; default 4 MiB for 15 s. */
  readonly slow?: SlowLimit;
  /** When a slow socket is told the latest points alone; default 64 KiB waiting after it was busy for 1 s. */
  readonly coalesce?: CoalesceLimit;
}

export interface RunningApi {
  /** `http://host:port`; GraphQL at /graphql over HTTP and WebSockets. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Starts the API. It listens when this returns. Closing ends sockets and the listener; database and control stay their owner's.
 * @throws Error where it would listen beyond loopback without a node key or without any API key
 */
export async function createApi(input: ApiInput): Promise<RunningApi> {
  const { db, control, blobs, log, nodeKey, host = "127.0.0.1", port = 0 } = input;
  requireKeyBeyondLoopback(host, nodeKey);
  const rules = accessRules(host, input.adminKey, input.requireKeys ?? false);
  await requireSomeKey(db.sql, host, rules);
  const authenticate = authenticator(db.sql, rules);
  const takeTurn = rateLimiter(db.sql, input.requestsPerMinute ?? null);
  const { introspection = true, listed = null } = input;
  const wake = await listenForEvents(db.sql);
  const parts = {
    db,
    control,
    wake,
    share: shareReads(),
    log,
    webhooks: input.alerts?.webhooks ?? readWebhookAddresses(""),
    coalesce: input.coalesce ?? { bytes: 64 << 10, heldMs: 1_000 },
    deletion: input.deletion ?? { keepMs: 7 * 86_400_000, everyMs: 0 },
    ...(input.tracing === undefined ? {} : { streams: input.tracing.streams }),
  };
  const schema = createSchema();
  const refuse = hostGuard(input.allowedHosts ?? []);

  const app = express();
  app.disable("x-powered-by");
  app.use(securityHeaders);
  const server = createServer(app);
  const options = {
    authenticate,
    recheckKeysMs: input.recheckKeysMs ?? 10_000,
    slow: input.slow ?? { bytes: 4 << 20, ms: 15_000 },
    rules: { introspection, listed },
    maxSockets: input.maxSockets ?? MAX_SOCKETS,
  };
  const sockets = serveGraphqlSockets(server, schema, parts, { ...options, path: "/graphql", refuse, takeTurn });
  const streams = serveEventStreams(schema, parts, options);

  const apollo = new ApolloServer<ApiContext>({
    schema,
    csrfPrevention: true,
    introspection,
    // "Did you mean" tells the schema too.
    hideSchemaDetailsFromClientErrors: !introspection || listed !== null,
    // Ids of listed operations stand for their texts; clients register none of their own.
    persistedQueries: listed !== null && {
      cache: { get: async (key) => listed.textOf(key.replace(/^apq:/, "")), set: async () => undefined, delete: async () => false },
    },
    validationRules: [limitSize],
    includeStacktraceInErrorResponses: false,
    formatError: (formatted, error) => maskOutside(formatted, error, log),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      // It works something out for each field, only to say "no-store" in the end.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginDrainHttpServer({ httpServer: server }),
      ...(input.tracing === undefined ? [] : [input.tracing.operations]),
      {
        serverWillStart: async () => ({
          async drainServer() {
            streams.end();
            await sockets.dispose();
          },
        }),
      },
      {
        // Masked here and not in formatError, which does not know the request.
        requestDidStart: async ({ contextValue }) => ({
          didResolveOperation: async ({ source, document, operationName, request }) => {
            requireListed(listed, source);
            refuseCostly(document, operationName, request.variables ?? {});
          },
          willSendResponse: async ({ response, errors }) => {
            if (errors === undefined || response.body.kind !== "single") return;
            const masked = errors.map((error) => maskError(error, contextValue));
            response.body = { kind: "single", singleResult: { ...response.body.singleResult, errors: masked } };
          },
        }),
      },
    ],
  });
  await apollo.start();

  app.use((request, response, next) => {
    const refusal = refuse(request);
    if (refusal === null) return next();
    response.status(403).type("text/plain").send(`${refusal}\n`);
  });
  const observed = observeRequests(log, { sockets: sockets.count, streams: streams.count });
  app.use(observed.identify);
  app.use(healthRoutes(db, control));
  if (input.tracing !== undefined) app.use(input.tracing.requests);
  // Nodes have a key of their own.
  app.use(nodeRoutes(databaseSink(db, blobs), blobs, nodeKey));
  app.use(recognise(authenticate));
  app.use(limitRate(takeTurn));
  app.use(observed.metrics);
  app.use(
    "/blobs",
    allow(db.sql, ({ method }) => ({ scope: method === "PUT" ? "WRITE" : "READ" })),
  );
  app.use(blobRoutes(blobs));
  app.use(importProblems(db));
  app.use(exportProblems(db));
  app.use(pointFiles(db));
  app.use(keptFiles(db, blobs));
  app.use(["/api/2.0", "/api/3.0", "/ajax-api/2.0"], mlflowRoutes(db, log));
  app.use("/graphql/stream", express.json({ limit: MAX_BODY_BYTES }), streams.handler);
  app.use(
    "/graphql",
    express.json({ limit: MAX_BODY_BYTES }),
    notStored,
    expressMiddleware(apollo, {
      context: async ({ res }) => createContext(parts, String(res.locals["requestId"]), callerOf(res as express.Response)),
    }),
  );
  if (input.web !== undefined) app.use(webPage(input.web));
  app.use((error: unknown, _request: express.Request, response: express.Response, next: express.NextFunction) => {
    const id = String(response.locals["requestId"]);
    if (response.headersSent) return next(error);
    const status =
      typeof error === "object" && error !== null && "status" in error && typeof error.status === "number" ? error.status : 500;
    if (status < 500) return void response.status(status).json({ error: error instanceof Error ? error.message : "refused" });
    log.error({ err: error, requestId: id }, "a request failed");
    response.status(status).json({ error: `internal error; the server's log has it under ${id}` });
  });

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const repeated = [
    ...(input.compactEveryMs === undefined ? [] : [compactNowAndThen(db, log, input.compactEveryMs)]),
    ...(input.deletion === undefined ? [] : [sweepNowAndThen(db, log, input.deletion.everyMs)]),
    ...(input.alerts === undefined ? [] : [watchAlerts({ db, log, settings: input.alerts })]),
  ];
  const bound = (server.address() as AddressInfo).port;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${bound}`,
    port: bound,
    async close() {
      // Drains: running requests are answered, sockets are told to come back.
      await Promise.all([apollo.stop(), ...repeated.map((one) => one.close())]);
      await wake.close();
    },
  };
}

/** Answers are of one moment: no cache keeps them. */
const notStored: express.RequestHandler = (_request, response, next) => {
  response.setHeader("Cache-Control", "no-store");
  next();
};
