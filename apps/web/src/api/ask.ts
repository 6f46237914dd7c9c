// Owns: one operation over HTTP. Must not know: components, subscriptions.
import type { TypedDocumentString } from "../generated/graphql.ts";

/** What the API answered instead of data. `code`: its `extensions.code`, or NETWORK where nothing answered. */
export class ApiError extends Error {
  readonly code: string;
  constructor(message: string, code: string) {
    super(message);
    this.name = "ApiError";
    this.code = code;
  }
}

/** What a reader is told of an order that failed: the API's words, or whatever there is. */
export const messageOf = (failure: unknown): string => (failure instanceof ApiError ? failure.message : String(failure));

interface Answer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
}

/** @throws ApiError */
export async function ask<Data, Variables>(
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  signal?: AbortSignal,
): Promise<Data> {
  let response: Response;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: document.toString(), variables }),
      // What a page still wants when it is closed must outlive it.
      keepalive: globalThis.document.visibilityState === "hidden",
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError("The API does not answer.", "NETWORK");
  }
  const answer = (await response.json().catch(() => ({}))) as Answer<Data>;
  const [first] = answer.errors ?? [];
  if (first !== undefined) throw new ApiError(first.message, first.extensions?.code ?? "UNKNOWN");
  if (answer.data == null) throw new ApiError(`The API answered ${response.status}.`, "UNKNOWN");
  return answer.data;
}
