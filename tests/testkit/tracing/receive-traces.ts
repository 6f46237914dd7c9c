// Owns: a real collector of traces: an HTTP server that takes OTLP as JSON. Must not know: what a test is about.
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface ReceivedSpan {
  readonly service: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: the trace begins with it. */
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Spans of other traces that it has to do with. */
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
}

export interface TraceReceiver extends AsyncDisposable {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  /** Everything that came, as it came. */
  readonly bodies: string[];
  /** The header `authorization` of each request. */
  readonly keys: (string | undefined)[];
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
/** ExportTraceServiceRequest, as https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding writes it. */
interface Exported {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly (Omit<ReceivedSpan, "service" | "attributes" | "parentSpanId" | "links"> & {
        readonly parentSpanId?: string;
        readonly links?: ReceivedSpan["links"];
        readonly attributes: readonly Attribute[];
      })[];
    }[];
  }[];
}

const read = (attributes: readonly Attribute[]): Record<string, unknown> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));

export async function receiveTraces(): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = [];
  const bodies: string[] = [];
  const keys: (string | undefined)[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    if (request.method !== "POST" || request.url !== "/v1/traces" || request.headers["content-type"] !== "application/json")
      return void response.writeHead(415).end();
    bodies.push(body);
    keys.push(request.headers.authorization);
    for (const { resource, scopeSpans } of (JSON.parse(body) as Exported).resourceSpans) {
      const service = String(read(resource.attributes)["service.name"]);
      for (const { spans: some } of scopeSpans)
        for (const { traceId, spanId, parentSpanId = "", name, attributes, links = [] } of some)
          spans.push({ service, traceId, spanId, parentSpanId, name, attributes: read(attributes), links });
    }
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    bodies,
    keys,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
