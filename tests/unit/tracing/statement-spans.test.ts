// Owns: what the span of a statement says, with OpenTelemetry's own SDK. Must not know: a database.
import { trace } from "@opentelemetry/api";
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-node";
import { afterAll, beforeEach, expect, test } from "vitest";
import { statementSpans } from "@gradus/prisma/statement-spans";

const kept = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(kept)] });
provider.register();
const told = statementSpans();
beforeEach(() => kept.reset());
afterAll(() => provider.shutdown());

const within = <Result>(work: () => Promise<Result>): Promise<Result> =>
  trace.getTracer("test").startActiveSpan("asked", async (span) => {
    try {
      return await work();
    } finally {
      span.end();
    }
  });

test("a statement's span has its text on one line, under what asked for it", async () => {
  expect(await within(() => told("\n  select *\n  from t where a = $1", async () => 7))).toBe(7);
  const [statement, asked] = kept.getFinishedSpans();
  expect(statement?.name).toBe("SELECT");
  expect(statement?.parentSpanId).toBe(asked?.spanContext().spanId);
  expect(statement?.attributes).toEqual({
    "db.system.name": "postgresql",
    "db.operation.name": "SELECT",
    "db.query.text": "select * from t where a = $1",
  });
});

test("a statement that fails has Postgres's code, and not its words", async () => {
  const failure = Object.assign(new Error('duplicate key value: "a secret"'), { code: "23505" });
  await expect(within(() => told("insert into t values ($1)", () => Promise.reject(failure)))).rejects.toBe(failure);
  const [statement] = kept.getFinishedSpans();
  expect(statement?.status).toEqual({ code: 2 });
  expect(statement?.attributes["error.type"]).toBe("23505");
  expect(statement?.events).toEqual([]);
});

test("a statement that nobody traced asked for has no span", async () => {
  expect(await told("select 1", async () => 1)).toBe(1);
  expect(kept.getFinishedSpans()).toEqual([]);
});
