// Owns: what is told of operations over sockets and streams of events where traces are wanted. Must not know: OpenTelemetry, transports.

/** How an operation came. */
export interface StreamOrigin {
  readonly protocol: "graphql-transport-ws" | "graphql-sse";
  /** Where its `traceparent` may be. */
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface StreamedOperation extends StreamOrigin {
  readonly type: string;
  /** As the client calls it; null: it does not. */
  readonly name: string | null;
}

/** A subscription lives for days and is no span: its beginning is one, and each event, which the beginning's is linked to. */
export interface TraceStreams {
  /** Does `work`, the beginning of an operation, or all of it where it has one answer. `begun` is for its events. */
  begin<Result>(
    operation: StreamedOperation,
    work: () => Promise<Result>,
  ): Promise<{ readonly result: Result; readonly begun: BegunOperation }>;
  /** Does `work` for one event. */
  event<Result>(begun: BegunOperation, work: () => Promise<Result>): Promise<Result>;
}

/** What only who made it reads. */
export type BegunOperation = object;

export const untraced: TraceStreams = {
  begin: async (_operation, work) => ({ result: await work(), begun: {} }),
  event: (_begun, work) => work(),
};
