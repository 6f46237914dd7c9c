// Owns: what is told of every HTTP request: its id to the client, a line of log, and GET /metrics for Prometheus. Must not know: what requests do.
import { Router } from "express";
import type { RequestHandler } from "express";
import type { Logger } from "pino";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Routes as they are counted: ids and file names would make a series each. */
const ROUTES = [
  "/graphql/stream",
  "/graphql",
  "/healthz",
  "/readyz",
  "/metrics",
  "/blobs",
  "/node",
  "/import",
  "/export",
  "/api/2.0",
  "/api/3.0",
  "/ajax-api/2.0",
];
/** The route that a path is counted under. */
export const routeOf = (path: string): string => ROUTES.find((route) => path === route || path.startsWith(`${route}/`)) ?? "page";

/** How many WebSockets and how many streams of events are open now. */
export interface CountOpen {
  readonly sockets: () => number;
  readonly streams: () => number;
}

/** `identify` is first in the chain; `metrics` comes after whoever decides who may read them. The id is in `response.locals.requestId`, in the header `x-request-id` and in the log. */
export function observeRequests(log: Logger, open: CountOpen): { readonly identify: RequestHandler; readonly metrics: Router } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: "gradus_http_request_seconds",
    help: "Seconds from a request's first byte to the end of its answer",
    labelNames: ["route", "method", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  const gauge = (name: string, help: string, count: () => number): void => {
    const told: Gauge = new Gauge({ name, help, registers: [], collect: (): void => told.set(count()) });
    registry.registerMetric(told);
  };
  gauge("gradus_graphql_sockets", "WebSockets that are open", open.sockets);
  gauge("gradus_graphql_streams", "Streams of server-sent events that are open", open.streams);
  const metrics = Router();
  const identify: RequestHandler = (request, response, next) => {
    const started = performance.now();
    const requestId = crypto.randomUUID();
    response.locals["requestId"] = requestId;
    response.setHeader("x-request-id", requestId);
    const { method, path } = request;
    response.once("close", () => {
      const elapsed = (performance.now() - started) / 1_000;
      seconds.observe({ route: routeOf(path), method, status: response.statusCode }, elapsed);
      log.debug({ requestId, method, path, status: response.statusCode, ms: Math.round(elapsed * 1_000) }, "answered");
    });
    next();
  };
  metrics.get("/metrics", async (_request, response) => void response.type(registry.contentType).send(await registry.metrics()));
  return { identify, metrics };
}
