// Owns: OpenTelemetry in the API: what is exported, a span for each request, the name of its operation. Must not know: what requests do.
// Loaded only where traces are asked for; others import its types alone.
import type { ApolloServerPlugin } from "@apollo/server";
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResourcesSync, envDetectorSync, Resource } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import type { SpanExporter } from "@opentelemetry/sdk-trace-node";
import type { WorkflowClientInterceptor } from "@temporalio/client";
import { OpenTelemetryWorkflowClientInterceptor } from "@temporalio/interceptors-opentelemetry";
import type { RequestHandler } from "express";
import { withoutWords } from "@gradus/domain/span-telling";
import type { TraceStatement } from "@gradus/prisma/database";
import { statementSpans } from "@gradus/prisma/statement-spans";
import type { ApiContext } from "./context.ts";
import { routeOf } from "./http/observe-requests.ts";

export interface Tracing {
  /** Takes the caller's `traceparent` over; before whatever reads the body. */
  readonly requests: RequestHandler;
  /** Names the request's span after its operation. */
  readonly operations: ApolloServerPlugin<ApiContext>;
  readonly statements: TraceStatement;
  /** Hands the trace on to workflows that are started, signalled or asked. */
  readonly workflows: WorkflowClientInterceptor;
  /** Sends what is still here. */
  close(): Promise<void>;
}

/** A name that a client chose is text of any length. */
const NAME_CHARACTERS = 120;
/** A stream lives for days and is no request: its span would never end. */
const STREAMS = "/graphql/stream";

/** Starts exporting, to where the environment's `OTEL_*` say. */
export function startTracing(): Tracing {
  const resource = new Resource({ "service.name": "gradus-api" }).merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  const provider = new NodeTracerProvider({ resource, spanProcessors: [new BatchSpanProcessor(bare(new OTLPTraceExporter()))] });
  provider.register();
  const tracer = trace.getTracer("gradus.api");
  return {
    requests(request, response, next) {
      const { method, path } = request;
      const route = routeOf(path);
      if (route === STREAMS) return next();
      const caller = propagation.extract(ROOT_CONTEXT, request.headers);
      const attributes = { "http.request.method": method, "http.route": route };
      const span = tracer.startSpan(`${method} ${route}`, { kind: SpanKind.SERVER, attributes }, caller);
      response.once("close", () => {
        span.setAttribute("http.response.status_code", response.statusCode);
        if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      });
      context.with(trace.setSpan(caller, span), next);
    },
    operations: {
      requestDidStart: async () => ({
        didResolveOperation: async ({ operation, operationName }) => {
          const span = trace.getActiveSpan();
          span?.setAttribute("graphql.operation.type", operation?.operation ?? "unknown");
          if (operationName === null) return;
          span?.setAttribute("graphql.operation.name", operationName.slice(0, NAME_CHARACTERS));
          span?.updateName(operationName.slice(0, NAME_CHARACTERS));
        },
        didEncounterErrors: async () => void trace.getActiveSpan()?.setStatus({ code: SpanStatusCode.ERROR }),
      }),
    },
    statements: statementSpans(),
    workflows: new OpenTelemetryWorkflowClientInterceptor(),
    close: () => provider.shutdown(),
  };
}

const bare = (exporter: SpanExporter): SpanExporter => ({
  export: (spans, done) => exporter.export(spans.map(withoutWords), done),
  shutdown: () => exporter.shutdown(),
});
