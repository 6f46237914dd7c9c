// Owns: a real Gradus for tests: Postgres, Temporal, API and workers as processes of their own, in a folder of its own, gone afterwards.
// Must not know: what a test is about.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { startPostgres } from "@gradus/cli/up/embedded-postgres";
import type { RunningPostgres } from "@gradus/cli/up/embedded-postgres";
import { appPrograms } from "@gradus/cli/up/app-programs";
import { startApp } from "@gradus/cli/up/start-app";
import type { RunningApp } from "@gradus/cli/up/start-app";
import { startTemporal } from "@gradus/cli/up/temporal-server";
import type { RunningTemporal } from "@gradus/cli/up/temporal-server";
import { openDatabase } from "@gradus/prisma";
import type { Database } from "@gradus/prisma";
import { migrate } from "@gradus/prisma/migrate";
import { layDatabase, temporaryHome } from "./prepared-database.ts";

/** The servers that need no Temporal: enough for stores and the API's reading half. */
export interface DatabaseWorld extends AsyncDisposable {
  readonly home: string;
  readonly databaseUrl: string;
  readonly database: Database;
  postgres: RunningPostgres;
  close(): Promise<void>;
}

/** A migrated, empty database. */
export async function startDatabaseWorld(): Promise<DatabaseWorld> {
  const home = await temporaryHome();
  const laid = await layDatabase(home);
  const postgres = await startPostgres({ home });
  if (!laid) await migrate({ databaseUrl: postgres.databaseUrl });
  const database = openDatabase(postgres.databaseUrl);
  // Copies of one database are strangers to each other's cursors, as any two are.
  if (laid) await database.sql`update "StoreEpoch" set epoch = substr(md5(random()::text || clock_timestamp()::text), 1, 12)`;
  const world: DatabaseWorld = {
    home,
    databaseUrl: postgres.databaseUrl,
    database,
    postgres,
    async close() {
      await database.close();
      await world.postgres.stop();
      await rm(home, { recursive: true, force: true });
    },
    [Symbol.asyncDispose]: () => world.close(),
  };
  return world;
}

export interface World extends DatabaseWorld {
  temporal: RunningTemporal;
  readonly blobsFolder: string;
  /** Starts a worker process; `env` adds to its surroundings. */
  startWorker(options?: {
    readonly role?: string;
    readonly node?: string;
    /** Default embedded. */
    readonly engine?: "embedded" | "tinker";
    /** Such as `gpu=h100,mem=80`. */
    readonly labels?: string;
    /** More of them, such as `--skyrl`. */
    readonly flags?: readonly string[];
    readonly env?: Readonly<Record<string, string>>;
    /** Joins by this API and knows neither the database nor the blobs. */
    readonly through?: { readonly url: string; readonly nodeKey: string };
  }): Promise<RunningApp>;
  startApi(env?: Readonly<Record<string, string>>): Promise<RunningApp & { readonly url: string }>;
}

/** Database and Temporal, ready for workers and the API. Whatever was started through it ends with it. `settings`: further ones of Temporal. */
export async function startWorld({ settings = [] }: { readonly settings?: readonly string[] } = {}): Promise<World> {
  const base = await startDatabaseWorld();
  const { home, databaseUrl } = base;
  const temporal = await startTemporal({ home, settings });
  const blobsFolder = join(home, "blobs");
  const apps: RunningApp[] = [];
  const start = async (
    app: "api" | "worker",
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    without: readonly string[] = [],
  ): Promise<RunningApp> => {
    const programs = appPrograms({ home, databaseUrl, temporalAddress: world.temporal.address, apiPort: 0 });
    const program = programs[app];
    const given = Object.fromEntries(Object.entries(program.env).filter(([name]) => !without.includes(name)));
    const running = await startApp({
      ...program,
      ...(args.length > 0 ? { args } : {}),
      env: { ...given, ...env },
      logFile: join(home, "logs", `${app}-${apps.length}.log`),
    });
    apps.push(running);
    return running;
  };
  const world: World = {
    ...base,
    temporal,
    blobsFolder,
    startWorker: ({ role = "all", node = "test-node", engine = "embedded", labels = "", flags = [], env = {}, through } = {}) => {
      const remote = through && { GRADUS_API_URL: through.url, GRADUS_NODE_KEY: through.nodeKey };
      return start(
        "worker",
        ["--role", role, "--node", node, "--engine", engine, "--labels", labels, ...flags],
        { ...remote, ...env },
        through && ["DATABASE_URL", "GRADUS_BLOBS"],
      );
    },
    startApi: async (env = {}) => {
      const api = await start("api", [], env);
      return { ...api, url: String(api.ready["url"]) };
    },
    async close() {
      await Promise.all(apps.map((app) => app.stop()));
      await world.temporal.stop();
      // A test may have replaced it by a restarted one.
      base.postgres = world.postgres;
      await base.close();
    },
    [Symbol.asyncDispose]: () => world.close(),
  };
  return world;
}
