// Owns: the port to a language model as teacher or student. Must not know: wires, prompts, the database.
import type { ChatMessage } from "@gradus/domain/synthesis/teacher-prompt";

export interface ModelRequest {
  readonly messages: readonly ChatMessage[];
  /** Tells apart calls that ask the same. */
  readonly seed: number;
}

export interface ModelAnswer {
  readonly text: string;
  /** What a server gives beside the text, where it does. */
  readonly reasoning: string;
  /** `length`: cut at the token limit. */
  readonly finishReason: string;
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly reasoningTokens: number | null;
  /** Requests that were sent. */
  readonly tries: number;
}

/** The server refuses this one request (too long, against its rules), and will again: a fact about the request, not a failure. */
export class RequestRejected extends Error {
  override readonly name = "RequestRejected";
  readonly tries: number;
  constructor(message: string, tries: number) {
    super(message);
    this.tries = tries;
  }
}

export interface LanguageModel {
  readonly name: string;
  /** All that decides a reply beside messages and seed; never a key. Part of the reply's hash. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Calls at once. */
  readonly concurrency: number;
  readonly pricePerMillion: { readonly prompt: number; readonly completion: number };
  /** @throws RequestRejected, ConfigurationError (no such model, no right to it), or another Error where a later try may succeed */
  ask(request: ModelRequest, signal?: AbortSignal): Promise<ModelAnswer>;
}
