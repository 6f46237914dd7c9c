// Owns: what a client learns of an error. Refusals made on purpose pass; anything else is logged with the request's id and masked.
// Must not know: transports.
import { GraphQLError } from "graphql";
import type { GraphQLFormattedError } from "graphql";
import type { Logger } from "pino";

/** A refusal that a client may read. */
export const badInput = (message: string): GraphQLError => new GraphQLError(message, { extensions: { code: "BAD_USER_INPUT" } });

/** What of `error` a client may see: message, code, path and place for a GraphQL error of ours or of validation; else only the request's id. */
export function maskError(error: unknown, request: { readonly id: string; readonly log: Logger }): GraphQLFormattedError {
  if (isRefusal(error)) {
    const { message, locations, path, extensions } = error;
    return {
      message,
      ...(locations ? { locations } : {}),
      ...(path ? { path } : {}),
      extensions: { code: extensions["code"] ?? "GRAPHQL_VALIDATION_FAILED" },
    };
  }
  request.log.error({ err: error }, "a request failed");
  const path = isGraphqlError(error) ? error.path : undefined;
  return {
    message: `internal error; the server's log has it under ${request.id}`,
    ...(path ? { path } : {}),
    extensions: { code: "INTERNAL_SERVER_ERROR", requestId: request.id },
  };
}

/** For errors that may be of no operation, as where its answer cannot be written as JSON. Those of operations are logged and masked by `maskError`. */
export function maskOutside(formatted: GraphQLFormattedError, error: unknown, log: Logger): GraphQLFormattedError {
  if (isRefusal(error)) return formatted;
  if (!isGraphqlError(error)) log.error({ err: error }, "a request failed");
  return { message: "internal error; the server's log says more", extensions: { code: "INTERNAL_SERVER_ERROR" } };
}

/** Whether it was made for the client to read. */
export const isRefusal = (error: unknown): error is GraphQLError => isGraphqlError(error) && onPurpose(error);

/** By tag, not by class: two copies of the library may be loaded (a bundler's and Node's). */
const isGraphqlError = (error: unknown): error is GraphQLError => Object.prototype.toString.call(error) === "[object GraphQLError]";

function onPurpose(error: GraphQLError): boolean {
  let inner: unknown = error;
  while (isGraphqlError(inner) && inner.originalError !== undefined) inner = inner.originalError;
  return isGraphqlError(inner);
}

/** A row that another row points at. @throws Error where it is gone: the database's foreign keys forbid that */
export function present<Row>(row: Row | null, what: string, id: string): Row {
  if (row === null) throw new Error(`${what} ${id} is gone`);
  return row;
}
