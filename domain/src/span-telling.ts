// Owns: when traces are told, and what a span of one may say: names, times and numbers, never the words of an error or what a workflow was given.
// Must not know: the libraries that make spans.

/**
 * Whether the environment asks for traces, by OpenTelemetry's own variables; every other `OTEL_*` is read by its libraries.
 * Source: https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function tracesAreAsked(env: Readonly<Record<string, string | undefined>>): boolean {
  const endpoint = env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"] || env["OTEL_EXPORTER_OTLP_ENDPOINT"];
  return Boolean(endpoint) && env["OTEL_SDK_DISABLED"]?.toLowerCase() !== "true" && env["OTEL_TRACES_EXPORTER"] !== "none";
}

/** What is looked at of a finished span. */
interface ToldSpan {
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly status: { readonly code: number; readonly message?: string };
  readonly events: readonly { readonly attributes?: Readonly<Record<string, unknown>> }[];
}

const WORDS_OF_AN_ERROR = new Set(["exception.message", "exception.stacktrace"]);
const told = (attributes: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([name, value]) => typeof value !== "object" && !WORDS_OF_AN_ERROR.has(name)));

/**
 * The span as it may leave the process. Messages of errors can quote a program, a prompt or a value of a statement, and what the workflow
 * libraries attach of a workflow (its last result or failure) comes as an object: neither is kept. The kind of an error is.
 */
export function withoutWords<Span extends ToldSpan>(span: Span): Span {
  const changed = {
    attributes: told(span.attributes),
    status: { code: span.status.code },
    events: span.events.map((event) => ({ ...event, attributes: told(event.attributes ?? {}) })),
  };
  // The span itself is its library's, whose methods it keeps.
  return Object.create(span, Object.getOwnPropertyDescriptors(changed)) as Span;
}
