// Owns: a subscription over server-sent events as curl would hold it: one request, events as they come. Must not know: what a test is about.

export interface SseEvent {
  readonly event: string;
  /** Null for an event without data. */
  // The shape is the test's own query.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly data: any;
}

/** Opens the stream; the answer is the caller's to judge. */
export const openStream = (url: string, query: string, variables: object = {}, init: RequestInit = {}): Promise<Response> =>
  fetch(`${url}/graphql/stream`, {
    method: "POST",
    body: JSON.stringify({ query, variables }),
    ...init,
    headers: { "content-type": "application/json", accept: "text/event-stream", ...(init.headers as Record<string, string> | undefined) },
  });

/** Its events until it ends or is left. @throws what the wire throws when it breaks */
export async function* eventsOf(response: Response): AsyncGenerator<SseEvent> {
  let pending = "";
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    pending += decoder.decode(chunk as Uint8Array, { stream: true });
    for (let end = pending.indexOf("\n\n"); end >= 0; end = pending.indexOf("\n\n")) {
      const lines = pending.slice(0, end).split("\n");
      pending = pending.slice(end + 2);
      const field = (name: string): string | undefined => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
      const event = field("event");
      if (event !== undefined) yield { event, data: JSON.parse(field("data") || "null") };
    }
  }
}
