// Owns: one request to the API and what can come of it: data, a refusal, no answer. Must not know: any operation, subscriptions.
import type { TypedDocumentNode } from "@graphql-typed-document-node/core";
import { print } from "graphql";
import { UnusableError } from "../up/unusable.ts";
import { RefusedError } from "./refused.ts";

/** The API answered that it failed; its log says more. */
export class ApiError extends Error {
  override readonly name = "ApiError";
}

interface GraphqlAnswer<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly AnsweredError[];
}

export interface AnsweredError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** One query or mutation. @throws RefusedError for bad input, ApiError for the server's failure, UnusableError when nothing answers */
export async function request<Data, Variables extends object>(
  apiUrl: string,
  document: TypedDocumentNode<Data, Variables>,
  variables: Variables,
): Promise<Data> {
  const response = await send(apiUrl, "/graphql", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: print(document), variables }),
  });
  const { data, errors } = await readJson<GraphqlAnswer<Data>>(response);
  if (errors !== undefined && errors.length > 0) throw toError(errors);
  if (data === undefined || data === null) throw new ApiError(`the API answered ${response.status} without data`);
  return data;
}

const BAD_REQUESTS = new Set(["BAD_USER_INPUT", "FORBIDDEN", "UNAUTHENTICATED", "GRAPHQL_VALIDATION_FAILED", "CURSOR_EXPIRED"]);

export function toError(errors: readonly AnsweredError[]): Error {
  const message = errors.map((error) => error.message).join("; ");
  if (errors.some(({ extensions }) => extensions?.code === "UNAUTHENTICATED"))
    return new RefusedError(message, [
      {
        path: "GRADUS_API_KEY",
        expected: "a key of this API: `gradus keys create` makes one, with GRADUS_ADMIN_KEY of the API's environment for the first",
      },
    ]);
  return errors.every(({ extensions }) => BAD_REQUESTS.has(extensions?.code ?? "")) ? new RefusedError(message) : new ApiError(message);
}

/** Who we are: GRADUS_API_KEY, where it is set. */
export function keyHeaders(): { authorization?: string } {
  const key = process.env["GRADUS_API_KEY"];
  return key ? { authorization: `Bearer ${key}` } : {};
}

/** Any HTTP request to the API. @throws UnusableError when nothing answers there */
export async function send(apiUrl: string, path: string, init: RequestInit & { readonly duplex?: "half" }): Promise<Response> {
  try {
    return await fetch(`${apiUrl}${path}`, { ...init, headers: { ...init.headers, ...keyHeaders() } });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable(apiUrl, error);
  }
}

/** The body of an answer. @throws ApiError when it is no JSON: something else listens there */
export async function readJson<Body>(response: Response): Promise<Body> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Body;
  } catch (error) {
    // Any server may listen at an address that was typed by hand.
    throw new ApiError(`${response.url} answered ${response.status}, and not as Gradus does: ${text.slice(0, 200)}`, { cause: error });
  }
}

export function unreachable(apiUrl: string, cause: unknown): UnusableError {
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  return new UnusableError({
    what: `No Gradus answers at ${apiUrl}`,
    why: (inner instanceof Error ? inner.message || (inner as NodeJS.ErrnoException).code : String(inner)) ?? "the connection failed",
    whatToDo: "Start it with `gradus up`, or name another address with --api or GRADUS_API_URL",
    cause,
  });
}
