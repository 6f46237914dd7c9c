// Owns: starting one of our own Node programs (API, worker) and hearing from it that it is ready. Must not know: what the program does.
import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { describeExit, type RunningServer, type ServerExit } from "./guarded-process.ts";
import { endLeftover } from "./leftover.ts";

export interface StartAppInput {
  /** How messages call it, such as "API". */
  name: string;
  /** The entry file, absolute. */
  entry: string;
  args?: readonly string[];
  /** Added to our own environment. */
  env: Readonly<Record<string, string>>;
  /** Receives everything it writes. */
  logFile: string;
  /** It has this long to say that it is ready, in milliseconds. */
  readyMs: number;
  /** It has this long to end in good order, in milliseconds. */
  graceMs: number;
}

/** A running program of ours. */
export interface RunningApp extends RunningServer {
  readonly pid: number;
  /** What its ready line said: one JSON object with `"ready": true`. */
  readonly ready: Readonly<Record<string, unknown>>;
}

/** Flags of a Node program that ends when nobody holds the other end of its standard input any more: when its parent is gone, however it went. */
export const ENDS_WITH_PARENT = ["--import", new URL("exit-with-parent.ts", import.meta.url).href] as const;

/**
 * Starts `node <entry> <args>` in a process group of its own and waits for the JSON line `{"ready":true,...}` on its standard output. The program
 * ends when this process does.
 * @throws Error with its last words when it ends or stays silent before it is ready
 */
export async function startApp({ name, entry, args = [], env, logFile, readyMs, graceMs }: StartAppInput): Promise<RunningApp> {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = createWriteStream(logFile, { flags: "a", mode: 0o600 });
  const child = spawn(process.execPath, [...ENDS_WITH_PARENT, entry, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...env },
    detached: true,
  });
  // Writing to a program that is already gone is how `stop` finds it gone: nothing to report.
  child.stdin.on("error", () => undefined);

  let lastLines: string[] = [];
  const keep = (line: string) => {
    log.write(`${line}\n`);
    lastLines = [...lastLines, line].slice(-60);
  };
  const exited = new Promise<ServerExit>((resolve) => {
    child.once("error", (error) => resolve({ code: null, signal: null, lastWords: error.message }));
    child.once("close", (code, signal) => {
      log.end();
      resolve({ code, signal, lastWords: telling(lastLines) });
    });
  });
  const kill = () => child.pid !== undefined && killGroup(child.pid);
  const stop = async () => {
    child.stdin.end();
    const timer = setTimeout(kill, graceMs);
    await exited;
    clearTimeout(timer);
  };

  const timeout = AbortSignal.timeout(readyMs);
  const ready = new Promise<Record<string, unknown>>((resolve, reject) => {
    createInterface({ input: child.stderr }).on("line", keep);
    createInterface({ input: child.stdout }).on("line", (line) => {
      keep(line);
      const said = parseReady(line);
      if (said !== null) resolve(said);
    });
    timeout.addEventListener("abort", () => reject(new Error(`${name} was not ready after ${readyMs / 1000} s: ${telling(lastLines)}`)));
    void exited.then((exit) => reject(new Error(describeExit(name, exit))));
  });
  try {
    const said = await ready;
    return { pid: child.pid ?? 0, exited, stop, ready: said };
  } catch (error) {
    kill();
    throw error;
  }
}

/** The line that names the error where there is one, since Node's own account of a crash ends with its least telling lines. */
function telling(lines: readonly string[]): string {
  return lines.findLast((line) => /^(Uncaught )?\w*Error\b.*:/.test(line)) ?? lines.slice(-3).join("\n");
}

function parseReady(line: string): Record<string, unknown> | null {
  if (!line.startsWith("{")) return null;
  try {
    const said = JSON.parse(line) as Record<string, unknown>;
    return said["ready"] === true ? said : null;
  } catch {
    // A log line that only looks like JSON.
    return null;
  }
}

/** Ends one that its launcher, which was killed, left to end in good order: it holds its port meanwhile. Resolves when it is gone. */
export const endLeftoverApp = (pid: number): Promise<boolean> => endLeftover(pid, ENDS_WITH_PARENT[1], "SIGKILL");

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    // The group is gone already.
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
