// Owns: a lock file that a killed process cannot leave locked. Must not know: what it guards.
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { isAlive } from "./leftover.ts";

/** Either ours until `release`, or held by a living process. */
export type FileLock = { held: true; release: () => void } | { held: false; byPid: number };

/** Takes the lock when no living process has it. The file holds the owner's process id and its start time. */
export function tryLock(path: string): FileLock {
  mkdirSync(dirname(path), { recursive: true });
  for (;;) {
    try {
      const file = openSync(path, "wx", 0o600);
      writeSync(file, `${process.pid} ${startTimeOf(process.pid)}`);
      closeSync(file);
      return { held: true, release: () => rmSync(path, { force: true }) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      const owner = readOwner(path);
      if (owner !== null) return { held: false, byPid: owner };
      rmSync(path, { force: true });
    }
  }
}

/** The living process that holds the lock, or null. */
export function readOwner(path: string): number | null {
  if (!existsSync(path)) return null;
  const [pid = 0, startTime] = readFileSync(path, "utf8").split(" ").map(Number);
  return pid > 0 && isAlive(pid) && startTimeOf(pid) === startTime ? pid : null;
}

/** Tells a process from a later one with the same id: clock ticks from boot to its start; 0 where the system does not say. */
function startTimeOf(pid: number): number {
  const stat = `/proc/${pid}/stat`;
  if (!existsSync(stat)) return 0;
  // The name in brackets may contain spaces: count the fields after it.
  const fields = readFileSync(stat, "utf8")
    .replace(/^.*\) /s, "")
    .split(" ");
  return Number(fields[19] ?? 0);
}
