// Owns: the few operations of the API that the client speaks, over HTTP. Must not know: journals, runs.

/** Where the API is and who asks. */
export interface ApiAddress {
  readonly url: string;
  readonly apiKey?: string | undefined;
}

/** The server said no: asking again would not help. */
export class Refused extends Error {
  override readonly name = "Refused";
}

const OPERATIONS = {
  createRun: "mutation ($input: CreateRunInput!) { createRun(input: $input) { ok error { message } segment run { id } } }",
  logMetrics: "mutation ($input: LogMetricsInput!) { logMetrics(input: $input) { ok error { message } } }",
  logSamples: "mutation ($input: LogSamplesInput!) { logSamples(input: $input) { ok error { message } } }",
  finishRun: "mutation ($input: FinishRunInput!) { finishRun(input: $input) { ok error { message } } }",
} as const;

export type Operation = keyof typeof OPERATIONS;
/** Every document the client sends, for whoever checks them against a schema. */
export const documents: readonly string[] = Object.values(OPERATIONS);

const TIMEOUT_MS = 30_000;

interface Result {
  readonly ok: boolean;
  readonly error: { readonly message: string } | null;
  readonly segment?: number;
  readonly run?: { readonly id: string };
}

/** Sends one operation. @throws Refused; Error where the server is away or broken, which is worth another try */
export async function send({ url, apiKey }: ApiAddress, operation: Operation, inputJson: string): Promise<Result> {
  const response = await fetch(new URL("/graphql", url), {
    method: "POST",
    headers: { "content-type": "application/json", ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }) },
    body: `{"query":${JSON.stringify(OPERATIONS[operation])},"variables":{"input":${inputJson}}}`,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  // A key can be renewed: what waits in the journal is worth keeping until then.
  const noKey = response.status === 401 || response.status === 403;
  if (response.status >= 500 || response.status === 429 || noKey) throw new Error(`${operation}: the server answered ${response.status}`);
  const answer = (await response.json()) as {
    readonly data?: Record<string, Result> | null;
    readonly errors?: readonly { readonly message: string; readonly extensions?: { readonly code?: string } }[];
  };
  const [error] = answer.errors ?? [];
  if (error?.extensions?.code === "INTERNAL_SERVER_ERROR" || error?.extensions?.code === "FORBIDDEN") throw new Error(error.message);
  const result = answer.data?.[operation];
  if (error !== undefined || result === undefined)
    throw new Refused(error?.message ?? `${operation}: the server answered ${response.status}`);
  if (!result.ok) throw new Refused(result.error?.message ?? `${operation} was refused`);
  return result;
}
