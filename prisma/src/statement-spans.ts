// Owns: a span for each SQL statement that is sent on behalf of something that is traced. Must not know: tables, who asks.
// Loaded only where traces are asked for.
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { TraceStatement } from "./sql.ts";

/**
 * Spans with a statement's text, its parameters left out. What nobody asked for (looking for alerts, compaction, the tails of streams) belongs to no trace and gets none.
 * Names and attributes: https://opentelemetry.io/docs/specs/semconv/database/database-spans/
 */
export function statementSpans(): TraceStatement {
  const tracer = trace.getTracer("gradus.sql");
  return async (statement, send) => {
    if (trace.getActiveSpan() === undefined) return send();
    const text = statement.replaceAll(/\s+/g, " ").trim();
    const operation = (/^\w+/.exec(text)?.[0] ?? "SQL").toUpperCase();
    const attributes = { "db.system.name": "postgresql", "db.operation.name": operation, "db.query.text": text };
    return tracer.startActiveSpan(operation, { kind: SpanKind.CLIENT, attributes }, async (span) => {
      try {
        return await send();
      } catch (error) {
        span.setStatus({ code: SpanStatusCode.ERROR });
        // Postgres's code alone: its message quotes values.
        if (error instanceof Error && "code" in error) span.setAttribute("error.type", String(error.code));
        throw error;
      } finally {
        span.end();
      }
    });
  };
}
