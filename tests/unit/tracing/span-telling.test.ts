// Owns: when traces are asked for, and that a span leaves without anybody's words.
import { describe, expect, test } from "vitest";
import { tracesAreAsked, withoutWords } from "@gradus/domain/span-telling";

describe("traces are asked for", () => {
  test.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "" }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318" }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "http://127.0.0.1:4318/v1/traces" }, true],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318", OTEL_SDK_DISABLED: "True" }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318", OTEL_TRACES_EXPORTER: "none" }, false],
  ])("%j: %s", (env, asked) => expect(tracesAreAsked(env)).toBe(asked));
});

class LibrarySpan {
  readonly name = "RunActivity:executeRollouts";
  readonly attributes = {
    workflowType: "trainingRun",
    attempt: 2,
    lastFailure: { message: "def f(x): ..." },
    lastResult: ["def f(x): ..."],
  };
  readonly status = { code: 2, message: "SyntaxError in def f(x): ..." };
  readonly events = [
    {
      name: "exception",
      attributes: { "exception.type": "SyntaxError", "exception.message": "def f(x): ...", "exception.stacktrace": "def f(x): ..." },
    },
  ];
  spanContext(): { readonly spanId: string } {
    return { spanId: "1" };
  }
}

test("a span keeps names, numbers and the kind of its error, and nobody's words", () => {
  const told = withoutWords(new LibrarySpan());
  expect(told.attributes).toEqual({ workflowType: "trainingRun", attempt: 2 });
  expect(told.status).toEqual({ code: 2 });
  expect(told.events).toEqual([{ name: "exception", attributes: { "exception.type": "SyntaxError" } }]);
  expect([told.name, told.spanContext()]).toEqual(["RunActivity:executeRollouts", { spanId: "1" }]);
});
