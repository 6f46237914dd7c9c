// Owns: the Temporal dev server Gradus runs itself: its settings, its start, its address and its end.
// Must not know: where the program came from, workflows.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { TemporalAccess } from "@gradus/domain/temporal-access";
import { Connection } from "@temporalio/client";
import { findTemporal, type TemporalSource } from "./find-temporal.ts";
import { choosePort, startOnPort } from "./free-port.ts";
import { makeFolder } from "./gradus-folders.ts";
import { describeExit, startGuarded, type RunningServer } from "./guarded-process.ts";
import { endLeftover } from "./leftover.ts";

export interface StartTemporalInput {
  /** Data folder; the server's database goes to `<home>/temporal`. */
  home: string;
  /** Wanted TCP port of the server on 127.0.0.1; another is taken when it is busy. Default: any free one. */
  port?: number;
  /** Fail when a wanted port is busy instead of taking another; for a restart, whose address others know already. */
  samePort?: boolean;
  /** Wanted TCP port of the web UI; null: no web UI. Default: null. */
  uiPort?: number | null;
  /** The program to run; default: `findTemporal` with its defaults. */
  program?: string;
  /** Of its dynamic configuration, as `key=value`, beside ours. */
  settings?: readonly string[];
  /** Called with one sentence for each thing worth knowing. */
  onProgress?: (message: string) => void;
  /** Ends a download or a build. */
  signal?: AbortSignal;
}

/** A running Temporal. */
export interface RunningTemporal extends RunningServer {
  /** `host:port` for Temporal clients; the namespace is `default`. */
  readonly address: string;
  readonly port: number;
  /** Address of the web UI; null when there is none. */
  readonly uiUrl: string | null;
  readonly uiPort: number | null;
  /** Where the program came from; null when it was given. */
  readonly from: TemporalSource | null;
}

/** The dev server polls its one shard 20 times a second by default, 92 ms an activity; lifted, an activity takes about 25 ms (docs/log.md). */
const dynamicConfig = [
  "history.transferProcessorMaxPollRPS=100000",
  "history.transferProcessorMaxPollHostRPS=100000",
  "history.timerProcessorMaxPollRPS=100000",
  "history.timerProcessorMaxPollHostRPS=100000",
  "system.enableActivityEagerExecution=true",
];

/**
 * A commit goes to a log that the disk is not waited for: with the default, two or three waits a commit and one connection for all, runs wait for the disk
 * in turns (docs/log.md). A killed process loses nothing by it. A cut of the power may cost the newest entries; the database stays whole, and what
 * a run has done stands in Postgres, from which it goes on even where Temporal has forgotten it.
 */
const databasePragmas = ["journal_mode=WAL", "synchronous=NORMAL"];

/**
 * Starts Temporal's dev server on 127.0.0.1 with its database in `<home>/temporal`, so that workflows survive a kill. The caller must be the only
 * one that uses `home`.
 * @throws UnusableError when there is no way to a server; Error with its last words when it does not start
 */
export async function startTemporal({
  home,
  port,
  samePort,
  uiPort = null,
  program,
  settings = [],
  onProgress,
  signal,
}: StartTemporalInput): Promise<RunningTemporal> {
  const found =
    program === undefined ? await findTemporal({ ...(onProgress && { onProgress }), ...(signal && { signal }) }) : { program, from: null };
  const folder = makeFolder(home, "temporal");
  const database = join(folder, "temporal.db");
  const pidFile = join(folder, "pid");
  if (existsSync(pidFile)) await endLeftover(Number(readFileSync(pidFile, "utf8")), database, "SIGKILL");

  const config = [...dynamicConfig, ...settings].flatMap((setting) => ["--dynamic-config-value", setting]);
  return startOnPort({ wanted: port, onlyWanted: samePort }, async (chosen) => {
    if (port !== undefined && chosen !== port) onProgress?.(`port ${port} is taken, Temporal listens on ${chosen}`);
    const uiChosen = uiPort === null ? null : await choosePort(uiPort, samePort);
    if (uiChosen !== uiPort) onProgress?.(`port ${uiPort} is taken, Temporal's web UI listens on ${uiChosen}`);

    const ui = uiChosen === null ? ["--headless"] : ["--ui-port", String(uiChosen), "--ui-ip", "127.0.0.1"];
    const args = [
      "server",
      "start-dev",
      "--ip",
      "127.0.0.1",
      "--port",
      String(chosen),
      ...ui,
      "--db-filename",
      database,
      "--log-level",
      "warn",
      ...databasePragmas.flatMap((pragma) => ["--sqlite-pragma", pragma]),
    ];
    const server = await startGuarded(
      { command: found.program, args: [...args, ...config], stopSignal: "SIGTERM", graceMs: 10_000, pidFile },
      join(home, "logs", "temporal.log"),
    );
    const address = `127.0.0.1:${chosen}`;
    await waitUntilReady(address, server);
    return {
      ...server,
      address,
      port: chosen,
      uiUrl: uiChosen === null ? null : `http://127.0.0.1:${uiChosen}`,
      uiPort: uiChosen,
      from: found.from,
    };
  });
}

/**
 * Waits until a Temporal server answers for the namespace.
 * @throws Error when it does not within `timeoutMs`
 */
export async function waitForTemporal({ namespace, ...access }: TemporalAccess<Buffer>, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      const connection = await Connection.connect({ ...access, connectTimeout: 2_000 });
      try {
        await connection.workflowService.describeNamespace({ namespace });
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      // Not listening or not initialised yet: ask again until the deadline.
      if (performance.now() > deadline) throw error;
      await setTimeout(50);
    }
  }
}

async function waitUntilReady(address: string, server: RunningServer): Promise<void> {
  const ended = server.exited.then((exit) => Promise.reject(new Error(describeExit("Temporal", exit))));
  try {
    await Promise.race([waitForTemporal({ address, namespace: "default" }, 60_000), ended]);
  } catch (error) {
    await server.stop();
    throw error;
  }
}
