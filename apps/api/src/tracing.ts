// Owns: OpenTelemetry in the API: what is exported, a span for each request, the name of its operation. Must not know: what requests do.
// Loaded only where traces are asked for; others import its types alone.
import type { ApolloServerPlugin } from "@apollo/server";
import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags } from "@opentelemetry/api";
import type { Context, Span, SpanContext, Tracer } from "@opentelemetry/api";
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
import type { TraceStreams } from "./live/trace-streams.ts";

export interface Tracing {
  /** Takes the caller's `traceparent` over; before whatever reads the body. */
  readonly requests: RequestHandler;
  /** Names the request's span after its operation. */
  readonly operations: ApolloServerPlugin<ApiContext>;
  /** Of operations over sockets and streams. */
  readonly streams: TraceStreams;
  readonly statements: TraceStatement;
  /** Hands the trace on to workflows that are started, signalled or asked. */
  readonly workflows: WorkflowClientInterceptor;
  /** Sends what is still here. */
  close(): Promise<void>;
}

/** A name that a client chose is text of any length. */
const NAME_CHARACTERS = 120;
/** A stream lives for days and is no request: its span would never end. Its beginning and its events have their own (`traceStreams`). */
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
    streams: traceStreams(tracer),
    statements: statementSpans(),
    workflows: new OpenTelemetryWorkflowClientInterceptor(),
    close: () => provider.shutdown(),
  };
}

const bare = (exporter: SpanExporter): SpanExporter => ({
  export: (spans, done) => exporter.export(spans.map(withoutWords), done),
  shutdown: () => exporter.shutdown(),
});

interface Begun {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly of: SpanContext;
}

/** An event's span begins a trace of its own with a link to where the subscription began: one trace over days would be read by nobody. */
function traceStreams(tracer: Tracer): TraceStreams {
  return {
    async begin({ type, name, protocol, headers }, work) {
      const caller = propagation.extract(ROOT_CONTEXT, headers);
      const shown = (name ?? type).slice(0, NAME_CHARACTERS);
      const attributes = {
        "network.protocol.name": protocol,
        "graphql.operation.type": type,
        ...(name === null ? {} : { "graphql.operation.name": shown }),
      };
      const span = tracer.startSpan(shown, { kind: SpanKind.SERVER, attributes }, caller);
      const begun: Begun = { name: shown, attributes, of: span.spanContext() };
      return { result: await during(span, caller, work), begun };
    },
    event(begun, work) {
      const { name, attributes, of } = begun as Begun;
      // Who chose not to trace the subscription chose not to trace its events.
      if ((of.traceFlags & TraceFlags.SAMPLED) === 0) return work();
      const options = { kind: SpanKind.PRODUCER, attributes, links: [{ context: of }] };
      return during(tracer.startSpan(`${name} event`, options, ROOT_CONTEXT), ROOT_CONTEXT, work);
    },
  };
}

async function during<Result>(span: Span, parent: Context, work: () => Promise<Result>): Promise<Result> {
  try {
    const result = await context.with(trace.setSpan(parent, span), work);
    if (typeof result === "object" && result !== null && "errors" in result) span.setStatus({ code: SpanStatusCode.ERROR });
    return result;
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}
