// Owns: one SkyRL server on this machine: how it is started, when it takes work, that nothing of it stays behind. Must not know: what trains on it.
import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TinkerConnection } from "../policy/tinker/tinker-connection.ts";

export interface SkyrlOptions {
  /** Of an environment with `skyrl` and `uv`. */
  readonly python: string;
  /** Folder or name of the base model. */
  readonly baseModel: string;
  /** Checkpoints, its database, its log; a server started on the same folder has them again. */
  readonly folder: string;
  readonly port: number;
  /** `jax`, or `fsdp` and `megatron` on a Ray cluster. */
  readonly backend: string;
  readonly backendConfig: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
  /** How long its engine may take to make the first model, in milliseconds. Default 300,000. */
  readonly readyMs?: number;
}

export interface SkyrlProcess {
  readonly url: string;
  readonly pid: number;
  readonly exited: Promise<void>;
  /** SIGTERM, and SIGKILL to what is left after ten seconds. */
  stop(): Promise<void>;
  /** SIGKILL to the API and its engine at once. */
  kill(): Promise<void>;
}

const READY_MS = 300_000;
const GRACE_MS = 10_000;
const LOOK_MS = 250;

/** Starts it on loopback and waits until it made a model: the API answers long before its engine does. @throws Error with the log's last lines */
export async function startSkyrl(options: SkyrlOptions): Promise<SkyrlProcess> {
  const { python, folder, port, env = {}, readyMs = READY_MS } = options;
  await mkdir(folder, { recursive: true });
  const pidFile = join(folder, "skyrl.pid");
  await endOrphans(pidFile);
  const logFile = join(folder, "skyrl.log");
  const log = createWriteStream(logFile, { flags: "a" });
  // The API starts its engine with the flags of the `uv run` that started it: without one it ends with status 3.
  const child = spawn(
    join(dirname(python), "uv"),
    ["run", "--no-project", "--", "python", "-m", "skyrl.tinker.api", ...argumentsOf(options)],
    {
      env: {
        ...process.env,
        VIRTUAL_ENV: dirname(dirname(python)),
        PATH: `${dirname(python)}:${process.env["PATH"] ?? ""}`,
        UV_OFFLINE: "1",
        UV_NO_CACHE: "1",
        ...env,
      },
      stdio: ["ignore", "pipe", "pipe"],
      // API and engine are one group, so that neither outlives the other.
      detached: true,
    },
  );
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  const exited = new Promise<void>((resolve) => {
    child.once("error", () => resolve());
    child.once("close", () => log.end(resolve));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${join(dirname(python), "uv")} does not start: is uv installed beside ${python}?`);
  await writeFile(pidFile, String(pid));
  const kill = async (): Promise<void> => {
    signalGroup(pid, "SIGKILL");
    await exited;
    await rm(pidFile, { force: true });
  };
  const running: SkyrlProcess = {
    url: `http://127.0.0.1:${port}`,
    pid,
    exited,
    kill,
    async stop() {
      signalGroup(pid, "SIGTERM");
      await Promise.race([exited, sleep(GRACE_MS)]);
      await kill();
    },
  };
  const over = new AbortController();
  const ended = exited.then(() => Promise.reject(new Error(`SkyRL ended before it was ready`)));
  try {
    await Promise.race([
      takesWork(running.url, options, over.signal),
      ended,
      sleep(readyMs, null, { signal: over.signal }).then(() => late(readyMs)),
    ]);
    return running;
  } catch (error) {
    await kill();
    throw new Error(`${error instanceof Error ? error.message : String(error)}; the end of ${logFile}:\n${await lastLines(logFile)}`, {
      cause: error,
    });
  } finally {
    over.abort();
    ended.catch(() => undefined);
  }
}

const late = (readyMs: number): never => {
  throw new Error(`SkyRL made no model in ${readyMs / 1_000} s`);
};

const argumentsOf = ({ baseModel, folder, port, backend, backendConfig }: SkyrlOptions): string[] =>
  Object.entries({
    host: "127.0.0.1",
    port: String(port),
    "base-model": baseModel,
    backend,
    "backend-config": JSON.stringify(backendConfig),
    "checkpoints-base": join(folder, "checkpoints"),
    "database-url": `sqlite:///${join(folder, "tinker.db")}`,
  }).flatMap(([name, value]) => [`--${name}`, value]);

async function takesWork(url: string, { baseModel }: SkyrlOptions, signal: AbortSignal): Promise<void> {
  const connection = new TinkerConnection({ url, patienceMs: READY_MS });
  const healthy = async (): Promise<boolean> =>
    fetch(`${url}/api/v1/healthz`, { signal }).then(
      ({ ok }) => ok,
      // Not listening yet.
      () => false,
    );
  while (!(await healthy())) await sleep(LOOK_MS, null, { signal });
  const { session_id: session } = await connection.ask("create_session", { tags: [], sdk_version: "0.0.1" }, signal);
  const body = { session_id: session, base_model: baseModel, lora_config: { rank: 1, seed: 0 } };
  const { model_id: id } = await connection.result("create_model", body, "once", signal);
  await connection.result("unload_model", { model_id: id }, "once", signal);
}

/** What an earlier node left that was killed itself: the group is ended when its leader still is a SkyRL server. */
async function endOrphans(pidFile: string): Promise<void> {
  const pid = Number(await readFile(pidFile, "utf8").catch(() => "0"));
  if (!Number.isInteger(pid) || pid <= 1) return;
  // Another program may have the number by now. Without /proc nobody knows, and nothing is ended.
  const members = await groupMembers(pid);
  if (!members.some((command) => command.includes("skyrl.tinker"))) return;
  signalGroup(pid, "SIGKILL");
  while ((await groupMembers(pid)).length > 0) await sleep(20);
}

/** Command lines of a process group's living members. */
async function groupMembers(group: number): Promise<string[]> {
  const ids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const found = await Promise.all(
    ids.map(async (id) => {
      const stat = await readFile(`/proc/${id}/stat`, "utf8").catch(() => "");
      // After the name in parentheses: state, parent, group.
      const [state, , of] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      if (Number(of) !== group || state === "Z") return null;
      return (await readFile(`/proc/${id}/cmdline`, "utf8").catch(() => "")).replaceAll("\0", " ");
    }),
  );
  return found.filter((command) => command !== null);
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch (error) {
    // The group is gone already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

const lastLines = async (file: string): Promise<string> =>
  (await readFile(file, "utf8").catch(() => "")).trim().split("\n").slice(-12).join("\n");
