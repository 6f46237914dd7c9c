// Owns: an API in this process over a real database and real sockets, and a client of it. Must not know: what a test is about.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createApi } from "@gradus/api/api";
import type { ApiInput, RunningApi } from "@gradus/api/api";
import type { RunControl } from "@gradus/api/run-control";
import type { Database } from "@gradus/prisma/database";
import { localBlobStore } from "@gradus/prisma/local-blob-store";
import { createClient } from "graphql-ws";
import type { Client } from "graphql-ws";
import { pino } from "pino";
import { WebSocket } from "ws";

/** A port without workflows: it remembers what it was asked. */
export function recordingControl(): RunControl & { readonly asked: string[] } {
  const asked: string[] = [];
  const ask =
    (what: string) =>
    async (...args: readonly unknown[]): Promise<void> =>
      void asked.push([what, ...args.filter((arg) => arg !== undefined)].join(" "));
  return {
    asked,
    startExperiment: ask("startExperiment"),
    cancelExperiment: ask("cancelExperiment"),
    startRun: ask("startRun"),
    pauseRun: ask("pauseRun"),
    resumeRun: ask("resumeRun"),
    cancelRun: ask("cancelRun"),
    releaseRun: ask("releaseRun"),
    setTotalSteps: ask("setTotalSteps"),
    startPretraining: ask("startPretraining"),
    readPretraining: async () => null,
    readQueue: async () => null,
    startSynthesis: ask("startSynthesis"),
    cancelSynthesis: ask("cancelSynthesis"),
    isReachable: async () => true,
  };
}

export interface TestApi extends RunningApi {
  readonly control: ReturnType<typeof recordingControl>;
  /** Everything the API logged, one JSON text a line. */
  readonly logged: string[];
}

export async function startTestApi(db: Database, input: Partial<ApiInput> = {}): Promise<TestApi> {
  const logged: string[] = [];
  const control = recordingControl();
  const folder = await mkdtemp(join(tmpdir(), "gradus-blobs-"));
  const blobs = localBlobStore(folder);
  const log = pino({ level: "debug" }, { write: (line: string) => void logged.push(line) });
  const api = await createApi({ db, control, blobs, log, ...input });
  const close = async (): Promise<void> => {
    await api.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { ...api, control, logged, close };
}

/** The shape is the test's own query. */
// oxlint-disable-next-line typescript/no-explicit-any
export type AnyData = Record<string, any>;

export interface Answer {
  readonly data?: AnyData;
  readonly errors?: readonly { readonly message: string; readonly extensions?: Record<string, unknown> }[];
}

/** One operation over HTTP, whatever it answers. `headers`: beside the usual. */
export async function ask(
  url: string,
  query: string,
  variables: object = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

/** One operation over HTTP that must succeed: its data. */
export async function get<Data = AnyData[string]>(url: string, query: string, variables: object = {}): Promise<Data> {
  const { data, errors } = await ask(url, query, variables);
  if (errors !== undefined) throw new Error(JSON.stringify(errors, null, 1));
  return data as Data;
}

/** A socket client; `retry`: reconnects as a page does. */
export const connect = (url: string, { retry = false, key }: { readonly retry?: boolean; readonly key?: string } = {}): Client =>
  createClient({
    ...(key === undefined ? {} : { connectionParams: { authorization: `Bearer ${key}` } }),
    url: `${url.replace("http", "ws")}/graphql`,
    webSocketImpl: WebSocket,
    ...(retry
      ? { retryAttempts: 1_000, shouldRetry: () => true, retryWait: () => new Promise((resolve) => setTimeout(resolve, 20)) }
      : { retryAttempts: 0 }),
  });

/** Follows a subscription until `enough` items came; then unsubscribes. */
export async function collect<Item>(
  client: Client,
  query: string,
  variables: Record<string, unknown>,
  enough: (items: readonly Item[]) => boolean,
): Promise<Item[]> {
  const items: Item[] = [];
  for await (const { data, errors } of client.iterate<Record<string, Item>>({ query, variables })) {
    if (errors) throw new Error(JSON.stringify(errors));
    const [item] = Object.values(data ?? {});
    if (item !== undefined) items.push(item);
    if (enough(items)) break;
  }
  return items;
}
