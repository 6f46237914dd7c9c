// Owns: the servers of one machine, their order and what each needs of those before it. Must not know: experiments, the terminal.
import { migrateDatabase } from "./migrate-database.ts";
import { type RunningPostgres, startPostgres } from "./embedded-postgres.ts";
import { usePostgres, useTemporal } from "./external-server.ts";
import { choosePort } from "./free-port.ts";
import type { RunningServer } from "./guarded-process.ts";
import { appPrograms } from "./app-programs.ts";
import { endLeftoverApp, startApp } from "./start-app.ts";
import { supervise, type Supervised } from "./supervise.ts";
import { type RunningTemporal, startTemporal } from "./temporal-server.ts";
import { readRunning, type RunningStack } from "./data-folder.ts";

export interface StartServicesInput {
  home: string;
  env: NodeJS.ProcessEnv;
  /** Wanted port of the API; Postgres, Temporal and its web UI want the three after it. */
  port: number;
  onProgress: (message: string) => void;
  /** Called with what runs where, at the end of the start and after each restart. */
  onChange: (running: Omit<RunningStack, "pid">) => void;
  signal: AbortSignal;
  /** The programs of ours to run; default: the API and the worker of this checkout. */
  programs?: typeof appPrograms;
}

export interface Services {
  readonly apiUrl: string;
  readonly temporalUiUrl: string | null;
  /** Rejects when a server is given up, with its cause. */
  readonly givenUp: Promise<never>;
  /** Ends all servers, the last started first. */
  stop(): Promise<void>;
}

/** The port of the API when nothing else is asked for. */
export const defaultPort = 7400;

/**
 * Starts Postgres and Temporal, then the migrations, then the API and a worker for every task queue: each as soon as what it needs is ready.
 * @throws UnusableError or the first start's failure, after ending what had been started; the signal's reason when it was aborted
 */
export async function startServices({
  home,
  env,
  port,
  onProgress,
  onChange,
  signal,
  programs = appPrograms,
}: StartServicesInput): Promise<Services> {
  const starting: Promise<Supervised<RunningServer>>[] = [];
  const pids: Record<string, number | null> = {};
  const urls = { apiUrl: "", temporalAddress: "", temporalUiUrl: null as string | null };
  // What has failed ends what is still being built beside it.
  const failed = new AbortController();
  let complete = false;
  const tell = () => complete && onChange({ ...urls, pids: { ...pids } });

  const run = async <T extends RunningServer>(
    name: string,
    start: (previous: T | null) => Promise<T>,
    say: (running: T) => string,
  ): Promise<T> => {
    signal.throwIfAborted();
    const since = performance.now();
    const onRunning = (running: T) => {
      pids[name] = running.pid;
      tell();
    };
    const supervised = supervise({ name, start, onProgress, onRunning });
    starting.push(supervised);
    const server = await supervised;
    onProgress(`${say(server.current())} (${((performance.now() - since) / 1000).toFixed(1)} s)`);
    return server.current();
  };
  const stop = async () => {
    // Tolerates a server that never ran: there is nothing of it to end.
    for (let last = starting.pop(); last !== undefined; last = starting.pop()) await (await last.catch(() => null))?.stop();
  };

  try {
    for (const [name, pid] of Object.entries(readRunning(home)?.pids ?? {}))
      if (await endLeftoverApp(pid ?? 0)) onProgress(`the ${name} of an earlier start, which was killed, still ran: it is ended`);
    const { DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: temporalAddress } = env;
    // A restart keeps its port: those who depend on a server know its address already.
    const ownPostgres = (previous: RunningPostgres | null) =>
      startPostgres({ home, onProgress, port: previous?.port ?? port + 1, samePort: previous !== null });
    const database = databaseUrl
      ? run(
          "Postgres",
          () => usePostgres(databaseUrl),
          () => "Postgres of DATABASE_URL is used",
        )
      : run("Postgres", ownPostgres, (running) => `Postgres 18 listens on 127.0.0.1:${running.port}`);

    const ownTemporal = (previous: RunningTemporal | null) =>
      startTemporal({
        home,
        onProgress,
        signal: AbortSignal.any([signal, failed.signal]),
        port: previous?.port ?? port + 2,
        uiPort: previous?.uiPort ?? port + 3,
        samePort: previous !== null,
      });
    const workflowServer = temporalAddress
      ? run(
          "Temporal",
          () => useTemporal(env),
          () => `Temporal of TEMPORAL_ADDRESS (${temporalAddress}) is used`,
        )
      : run("Temporal", ownTemporal, (running) => `Temporal listens on ${running.address}, its program is from ${running.from}`);
    const [{ databaseUrl: migrated }, temporal] = await Promise.all([
      database.then(async (running) => {
        await migrateDatabase(running.databaseUrl, onProgress);
        return running;
      }),
      workflowServer,
    ]);

    const apiPort = await choosePort(port);
    if (apiPort !== port) onProgress(`port ${port} is taken, the API listens on ${apiPort}`);
    urls.apiUrl = `http://127.0.0.1:${apiPort}`;
    urls.temporalAddress = temporal.address;
    urls.temporalUiUrl = temporal.uiUrl;
    const { api, worker } = programs({ home, databaseUrl: migrated, temporalAddress: temporal.address, apiPort });
    await Promise.all([
      run(
        "API",
        () => startApp(api),
        () => `API listens on ${urls.apiUrl}`,
      ),
      run(
        "worker",
        () => startApp(worker),
        () => "worker serves every task queue",
      ),
    ]);
    signal.throwIfAborted();
  } catch (error) {
    failed.abort(error);
    await stop();
    throw error;
  }
  const servers = await Promise.all(starting);
  complete = true;
  tell();
  return {
    apiUrl: urls.apiUrl,
    temporalUiUrl: urls.temporalUiUrl,
    givenUp: Promise.race(servers.map((server) => server.givenUp)),
    stop,
  };
}
