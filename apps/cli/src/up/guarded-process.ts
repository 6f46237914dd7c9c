// Owns: starting a server program so that it cannot outlive the process that started it, even when that one is killed with SIGKILL.
// Must not know: which servers exist.
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";

/** What `with-parent.ts` needs to know of the program it runs. */
export interface GuardedCommand {
  command: string;
  args: readonly string[];
  /** Run as this user and group; both or neither. Needs root. */
  uid?: number | undefined;
  gid?: number | undefined;
  /** The signal that asks the program to end in good order. */
  stopSignal: "SIGINT" | "SIGTERM";
  /** How long it may take before it is killed, in milliseconds. */
  graceMs: number;
  /** Holds the program's process id while it runs. */
  pidFile: string;
}

/** How a server ended. */
export interface ServerExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  /** The last lines it wrote, for the message that tells of its end. */
  lastWords: string;
}

/** A server that runs. */
export interface RunningServer {
  /** Process id of the server itself; null for a server somebody else runs. */
  readonly pid: number | null;
  /** Settles when the server has ended, for whatever reason; never for a server somebody else runs. */
  readonly exited: Promise<ServerExit>;
  /** Ends the server in good order; resolves when its process is gone. */
  stop(): Promise<void>;
}

const withParent = fileURLToPath(new URL("with-parent.ts", import.meta.url));
const biggestLogBytes = 20 * 1024 * 1024;

/**
 * Starts a program under a guard that ends it when this process ends. The guard is a process group of its own, so a Ctrl-C in the terminal does
 * not reach the server before the launcher has stopped what depends on it.
 * @param logFile receives what the program writes; the log of an earlier start is kept once as `.1` when it has grown big
 * @throws Error with the program's last words when it does not start
 */
export async function startGuarded(command: GuardedCommand, logFile: string): Promise<RunningServer> {
  mkdirSync(dirname(logFile), { recursive: true });
  if (existsSync(logFile) && statSync(logFile).size > biggestLogBytes) renameSync(logFile, `${logFile}.1`);
  // A start that was killed leaves the id of a process that is gone.
  rmSync(command.pidFile, { force: true });
  const log = openSync(logFile, "a", 0o600);
  const logStart = statSync(logFile).size;
  const guard = spawn(process.execPath, [withParent, JSON.stringify(command)], { stdio: ["pipe", log, log], detached: true });
  closeSync(log);
  // Writing to a guard that is already gone is how `stop` finds it gone: nothing to report.
  guard.stdin?.on("error", () => undefined);
  const exited = new Promise<ServerExit>((resolve, reject) => {
    guard.once("error", reject);
    guard.once("exit", (code, signal) => resolve({ code, signal, lastWords: tail(logFile, logStart) }));
  });
  const stop = async () => {
    guard.stdin?.end();
    await exited;
  };
  const pid = await waitForPid(command.pidFile, guard);
  if (pid === null) throw new Error(describeExit(command.command, await exited));
  return { pid, exited, stop };
}

/** One sentence for a server's end, with its last words where it had some. */
export function describeExit(name: string, { code, signal, lastWords }: ServerExit): string {
  const how = signal === null ? `ended with code ${code}` : `was ended by ${signal}`;
  return lastWords === "" ? `${name} ${how}` : `${name} ${how}: ${lastWords}`;
}

/** Reads the server's process id when the guard has written it; null when the guard ended first. */
async function waitForPid(pidFile: string, guard: ChildProcess): Promise<number | null> {
  while (guard.exitCode === null && guard.signalCode === null) {
    const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, "utf8")) : 0;
    if (pid > 0) return pid;
    await setTimeout(10);
  }
  return null;
}

function tail(file: string, from: number): string {
  const lines = readFileSync(file).subarray(from).toString().trim().split("\n");
  return lines.slice(-5).join("\n");
}
