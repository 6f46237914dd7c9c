// Owns: what a training sees: start a run, log, finish. Nothing here waits for the network or throws into the training. Must not know: how batches travel.
import { homedir } from "node:os";
import { join } from "node:path";
import { metricLine } from "./batch-input.ts";
import { Journal, leftoverSessions } from "./journal.ts";
import type { BatchLimit } from "./journal.ts";
import { Sender } from "./sender.ts";

export interface RunSettings {
  /** Name of the experiment; made where there is none. */
  readonly experiment: string;
  readonly project?: string;
  readonly name?: string;
  /** Names the configuration that seeds share. */
  readonly arm?: string;
  readonly seed?: number;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** The same key goes on with the same run. Absent: a new run. */
  readonly key?: string;
  readonly parentRunId?: string;
  /** Where the API is; default `GRADUS_API_URL`, or where `gradus up` puts it: this machine's port 7400. */
  readonly url?: string;
  /** Default `GRADUS_API_KEY`. */
  readonly apiKey?: string;
  /** Folder of journals; default `GRADUS_JOURNAL`, or `~/.gradus/journal`. */
  readonly journal?: string;
  /** How long a point may wait to be sent, in milliseconds; default 500. */
  readonly delayMs?: number;
  /** Told of everything that goes wrong in the background; default: nobody is. */
  readonly onTrouble?: (error: Error) => void;
}

export interface Sample {
  readonly kind: "TEXT" | "TABLE" | "HISTOGRAM";
  readonly body: unknown;
}

export interface RunLog {
  /** Logs values of one step. Returns when they are in the journal: no network, no promise. Values that are no numbers are left out. */
  log(step: number, values: Readonly<Record<string, number>>, time?: number): void;
  /** Logs a text, table or histogram. */
  logSample(step: number, name: string, sample: Sample, time?: number): void;
  /** Waits until everything logged so far is stored. */
  flush(): Promise<void>;
  /** Flushes and ends the run. */
  finish(status?: "COMPLETED" | "FAILED" | "CANCELLED", cause?: string): Promise<void>;
  /** Waits for the server. */
  id(): Promise<string>;
}

/** What one request carries at most, with room for names and punctuation. */
const LIMIT: BatchLimit = { points: 10_000, bytes: 600_000 };

const folderOf = (journal?: string): string => journal ?? process.env["GRADUS_JOURNAL"] ?? join(homedir(), ".gradus", "journal");
const addressOf = (url?: string, apiKey?: string) => ({
  url: url ?? process.env["GRADUS_API_URL"] ?? "http://127.0.0.1:7400",
  apiKey: apiKey ?? process.env["GRADUS_API_KEY"],
});
const ignore = (): void => undefined;

/** Begins a run, or goes on with the one of that key. Sends what dead processes left in the same journal folder as well. */
export function startRun(settings: RunSettings): RunLog {
  const { url, apiKey, journal: root, delayMs = 500, onTrouble = ignore, key, ...described } = settings;
  const [address, folder, session] = [addressOf(url, apiKey), folderOf(root), crypto.randomUUID()];
  const run = { ...described, key: key ?? session, session };
  void sendLeftover({ journal: folder, onTrouble, ...(address.apiKey === undefined ? {} : { apiKey: address.apiKey }) }).catch(onTrouble);
  const journal = Journal.create(join(folder, session), { url: address.url, run, pid: process.pid }, LIMIT);
  const sender = new Sender(address, journal, run, onTrouble);
  const drain = (): void => void sender.drain().catch(onTrouble);
  let timer: NodeJS.Timeout | null = null;
  const append = (line: string, points: number): void => {
    try {
      if (journal.append(line, points)) drain();
      timer ??= setTimeout(() => {
        timer = null;
        journal.close();
        drain();
      }, delayMs).unref();
    } catch (error) {
      // Tolerates a full or broken disk: a training must not end by its log.
      onTrouble(error as Error);
    }
  };
  const flush = async (): Promise<void> => {
    sender.hold();
    journal.close();
    // A drain under way may have looked before the close.
    do await sender.drain();
    while (journal.batches().length > 0);
  };
  return {
    log(step, values, time = Date.now()) {
      const { line, points } = metricLine(step, time, values);
      if (points > 0) append(line, points);
    },
    logSample(step, name, { kind, body }, time = Date.now()) {
      append(JSON.stringify({ s: { name, step, kind, body, time } }), 10);
    },
    flush,
    async finish(status = "COMPLETED", cause) {
      await flush();
      await sender.finish(status, cause);
      if (timer !== null) clearTimeout(timer);
      journal.end();
    },
    id: async () => (await sender.begin()).runId,
  };
}

/** Sends what processes that are gone left in a journal folder. Returns how many sessions it finished. */
export async function sendLeftover({
  journal,
  apiKey,
  onTrouble = ignore,
}: Pick<RunSettings, "journal" | "apiKey" | "onTrouble"> = {}): Promise<number> {
  const sessions = leftoverSessions(folderOf(journal));
  for (const { folder, header } of sessions) {
    const left = new Journal(folder, LIMIT);
    left.closeLeftover();
    await new Sender(addressOf(header.url, apiKey), left, header.run, onTrouble).drain();
    left.end();
  }
  return sessions.length;
}
