// Owns: ending a server that outlived both its launcher and its guard. Must not know: which server.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

/** Whether a process with this id exists (it may be another user's). */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM says that it exists and is not ours.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * Ends the process when it is still the server we think it is: process ids are given out again, so its arguments must contain `argument`.
 * Resolves when it is gone, with whether it was there.
 */
export async function endLeftover(pid: number, argument: string, signal: NodeJS.Signals): Promise<boolean> {
  if (!(pid > 0) || !isAlive(pid) || !argumentsOf(pid).includes(argument)) return false;
  process.kill(pid, signal);
  // A process that ended and that nobody collects is there for good, without its arguments.
  while (isAlive(pid) && argumentsOf(pid).includes(argument)) await setTimeout(20);
  return true;
}

function argumentsOf(pid: number): string[] {
  const commandLine = `/proc/${pid}/cmdline`;
  if (existsSync(commandLine)) return readFileSync(commandLine, "utf8").split("\0");
  return (spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" }).stdout ?? "").trim().split(" ");
}
