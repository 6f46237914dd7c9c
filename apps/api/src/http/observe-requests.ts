// Owns: what is told of every HTTP request: its id to the client, a line of log, and GET /metrics for Prometheus. Must not know: what requests do.
import { Router } from "express";
import type { RequestHandler } from "express";
import type { Logger } from "pino";
import { collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Routes as they are counted: ids and file names would make a series each. */
const ROUTES = [
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
const routeOf = (path: string): string => ROUTES.find((route) => path === route || path.startsWith(`${route}/`)) ?? "page";

/** Sockets that are open now. */
export type CountSockets = () => number;

/** `identify` is first in the chain; `metrics` comes after whoever decides who may read them. The id is in `response.locals.requestId`, in the header `x-request-id` and in the log. */
export function observeRequests(log: Logger, countSockets: CountSockets): { readonly identify: RequestHandler; readonly metrics: Router } {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const seconds = new Histogram({
    name: "gradus_http_request_seconds",
    help: "Seconds from a request's first byte to the end of its answer",
    labelNames: ["route", "method", "status"],
    buckets: [0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  const sockets: Gauge = new Gauge({
    name: "gradus_graphql_sockets",
    help: "WebSockets that are open",
    registers: [],
    collect: (): void => sockets.set(countSockets()),
  });
  registry.registerMetric(sockets);
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
