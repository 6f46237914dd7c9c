// Owns: an operation that a stream of answers is asked for with: from its text to its execution, each event's with loaders of its own.
// Must not know: transports.
import {
  createSourceEventStream,
  execute,
  getOperationAST,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  parse,
  specifiedRules,
  validate,
} from "graphql";
import type { ExecutionArgs, ExecutionResult, GraphQLSchema } from "graphql";
import { requireListed } from "../access/listed-operations.ts";
import type { ListedOperations } from "../access/listed-operations.ts";
import type { ApiContext } from "../context.ts";
import { createLoaders } from "../loaders.ts";
import { limitSize, refuseCostly } from "../limits.ts";
import type { StreamedOperation } from "./trace-streams.ts";

export interface Asked {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface OperationRules {
  readonly introspection: boolean;
  /** Null: any operation. */
  readonly listed: ListedOperations | null;
}

/** What to execute, or why not. */
export function readOperation(
  schema: GraphQLSchema,
  { query, operationName, variables }: Asked,
  contextValue: ApiContext,
  { introspection, listed }: OperationRules,
): (ExecutionArgs & { contextValue: ApiContext }) | readonly GraphQLError[] {
  let document;
  try {
    document = parse(query);
  } catch (error) {
    // Tolerates any text a client sends: a syntax error is its answer.
    return [error instanceof GraphQLError ? error : new GraphQLError("the query cannot be parsed")];
  }
  const errors = validate(schema, document, [...specifiedRules, limitSize, ...(introspection ? [] : [NoSchemaIntrospectionCustomRule])]);
  if (errors.length > 0) return errors;
  try {
    requireListed(listed, query);
    refuseCostly(document, operationName, variables ?? {});
  } catch (error) {
    // Tolerates what is refused: that is the answer.
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
  if (!getOperationAST(document, operationName ?? undefined)) return [new GraphQLError("operationName: there is no such operation")];
  return { schema, document, operationName: operationName ?? null, variableValues: variables ?? null, contextValue };
}

/**
 * As graphql's own, but what one event's answer has loaded is not kept for the next one: rows change between events, and a subscription may
 * live for days.
 */
export async function subscribeFreshly(args: ExecutionArgs): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const context = args.contextValue as ApiContext;
  const { result: source, begun } = await context.streams.begin(toldOf(args), () => createSourceEventStream(args));
  if (!(Symbol.asyncIterator in source)) return source as ExecutionResult;
  const events = (source as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  const answers: AsyncIterableIterator<ExecutionResult> = {
    [Symbol.asyncIterator]: () => answers,
    async next() {
      const { done, value } = await events.next();
      if (done === true) return { done: true as const, value: undefined };
      const contextValue = { ...context, load: createLoaders(context.db) };
      const answer = context.streams.event(begun, async () => execute({ ...args, rootValue: value, contextValue }));
      return { done: false as const, value: await answer };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
  };
  return answers;
}

/** As graphql's own, traced: a query or mutation that came over a socket. */
export const executeTold = async (args: ExecutionArgs): Promise<ExecutionResult> =>
  (await (args.contextValue as ApiContext).streams.begin(toldOf(args), async () => execute(args))).result;

function toldOf({ document, operationName, contextValue }: ExecutionArgs): StreamedOperation {
  const operation = getOperationAST(document, operationName ?? undefined);
  const { origin } = contextValue as ApiContext;
  const { protocol = "graphql-transport-ws", headers = {} } = origin ?? {};
  return { protocol, headers, type: operation?.operation ?? "unknown", name: operation?.name?.value ?? null };
}
