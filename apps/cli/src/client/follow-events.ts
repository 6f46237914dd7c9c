// Owns: a stream of events that goes on where it stopped when the API restarts: no gap, no duplicate. Must not know: what events mean.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { createClient } from "graphql-ws";
import { keyHeaders, toError, unreachable } from "./api-client.ts";
import type { AnsweredError } from "./api-client.ts";
import type { EventPartsFragment } from "./generated/operations.ts";
import { ExperimentEventsDocument } from "./generated/operations.ts";
import { Patience } from "./patience.ts";
import { RefusedError } from "./refused.ts";

export type FollowedEvent = EventPartsFragment;

interface FollowInput {
  readonly apiUrl: string;
  /** Absent: from the beginning. */
  readonly after?: string;
  readonly signal: AbortSignal;
  /** Told when the connection is lost and when it is back. */
  readonly onConnection?: (connected: boolean) => void;
}

/** Everything that happens to an experiment and its runs, until the signal. */
export function followExperiment(experimentId: string, input: FollowInput): AsyncGenerator<FollowedEvent, void> {
  return follow(ExperimentEventsDocument, { experimentId }, (data) => data.experimentEvents, input);
}

/** Each connection subscribes anew after the last event that was handed out, so what the old one had under way is sent again exactly once. */
async function* follow<Data, Of extends object>(
  document: TypedDocumentNode<Data, Of & { after?: string | null | undefined }>,
  of: Of,
  eventOf: (data: Data) => FollowedEvent,
  { apiUrl, after, signal, onConnection = () => undefined }: FollowInput,
): AsyncGenerator<FollowedEvent, void> {
  const query = print(document);
  const patience = new Patience();
  const trouble = new Patience();
  let cursor = after;
  let lost = false;
  while (!signal.aborted) {
    // Its own retries would subscribe after the cursor of the first time.
    const client = createClient({
      url: `${apiUrl.replace(/^http/, "ws")}/graphql`,
      retryAttempts: 0,
      keepAlive: 10_000,
      connectionParams: { ...keyHeaders() },
    });
    const end = () => void client.dispose();
    signal.addEventListener("abort", end, { once: true });
    client.on("connected", () => {
      patience.answered();
      if (lost) onConnection(true);
      lost = false;
    });
    try {
      for await (const { data, errors } of client.iterate<Data>({ query, variables: { ...of, after: cursor ?? null } })) {
        if (errors !== undefined) throw new AnsweredErrors(errors);
        if (data === null || data === undefined) continue;
        const event = eventOf(data);
        trouble.answered();
        yield event;
        cursor = event.cursor;
      }
      // A server that drains completes its streams: the experiment goes on elsewhere.
    } catch (error) {
      // Tolerates a lost connection, and a server in trouble (its database restarts) for as long.
      const answer = answerIn(error);
      if (answer instanceof RefusedError) throw answer;
      if (answer !== null)
        await trouble.wait(answer, signal).catch((reason: unknown) => (signal.aborted ? undefined : Promise.reject(reason)));
    } finally {
      signal.removeEventListener("abort", end);
      await client.dispose();
    }
    if (signal.aborted) return;
    if (!lost) onConnection(false);
    lost = true;
    try {
      await patience.wait(unreachable(apiUrl, new Error("the connection is lost and does not come back")), signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
  }
}

class AnsweredErrors extends Error {
  readonly errors: readonly AnsweredError[];
  constructor(errors: readonly AnsweredError[]) {
    super("the API answered with errors");
    this.errors = errors;
  }
}

/** What the API answered; null for a connection that failed. graphql-ws throws the errors themselves, or a close event. */
function answerIn(error: unknown): Error | null {
  if (typeof error === "object" && error !== null && "code" in error && error.code === 4403)
    return new RefusedError("GRADUS_API_KEY is missing, unknown, revoked or expired");
  const errors: unknown = error instanceof AnsweredErrors ? error.errors : error;
  return Array.isArray(errors) ? toError(errors as AnsweredError[]) : null;
}
