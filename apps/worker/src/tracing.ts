// Owns: OpenTelemetry in a node: what is exported, and spans of activities and workflows. Must not know: what they do.
// Loaded only where traces are asked for; others import its types alone.
import { context, propagation } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { detectResourcesSync, envDetectorSync, Resource } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import type { SpanExporter } from "@opentelemetry/sdk-trace-node";
import { makeWorkflowExporter, OpenTelemetryActivityInboundInterceptor } from "@temporalio/interceptors-opentelemetry";
import type { WorkerOptions } from "@temporalio/worker";
import { withoutWords } from "@gradus/domain/span-telling";

export interface Tracing {
  /** What each of the node's Temporal workers is given. Workflows tell spans by what is in their bundle. */
  readonly worker: Required<Pick<WorkerOptions, "interceptors" | "sinks">>;
  /** What a request to the API carries, so that its spans are of the same trace. */
  readonly headers: () => Readonly<Record<string, string>>;
  /** Sends what is still here. */
  close(): Promise<void>;
}

/** Starts exporting, to where the environment's `OTEL_*` say. */
export function startTracing(nodeId: string): Tracing {
  const service = new Resource({ "service.name": "gradus-worker", "service.instance.id": nodeId });
  const resource = service.merge(detectResourcesSync({ detectors: [envDetectorSync] }));
  const processor = new BatchSpanProcessor(bare(new OTLPTraceExporter()));
  const provider = new NodeTracerProvider({ resource, spanProcessors: [processor] });
  provider.register();
  return {
    worker: {
      interceptors: { activity: [(activity) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(activity) })] },
      sinks: { exporter: makeWorkflowExporter(processor, provider.resource) },
    },
    headers() {
      const headers: Record<string, string> = {};
      propagation.inject(context.active(), headers);
      return headers;
    },
    close: () => provider.shutdown(),
  };
}

const bare = (exporter: SpanExporter): SpanExporter => ({
  export: (spans, done) => exporter.export(spans.map(withoutWords), done),
  shutdown: () => exporter.shutdown(),
});
