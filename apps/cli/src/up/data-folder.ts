// Owns: the data folder as a whole: that it can be used, by one launcher at a time, of this version or an older one.
// Must not know: what the servers keep in it.
import { existsSync, readFileSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tryLock } from "./file-lock.ts";
import { makeFolder } from "./gradus-folders.ts";
import { UnusableError } from "./unusable.ts";

/** What a running launcher tells others on this machine, in `<home>/running.json`. */
export interface RunningStack {
  /** Process id of the launcher. */
  pid: number;
  apiUrl: string;
  temporalAddress: string;
  temporalUiUrl: string | null;
  /** Process ids of the servers it runs, by name; null for those somebody else runs. */
  pids: Readonly<Record<string, number | null>>;
}

/** The layout of the folder that this version writes. It grows when an older Gradus could no longer read it. */
const layout = 1;
/** Postgres, Temporal and checkpoints of a small experiment fit in this, in bytes. */
const leastFreeBytes = 512 * 1024 * 1024;

/**
 * Makes the folder where it is missing and takes it for this process.
 * @returns what gives it back
 * @throws UnusableError when it cannot be written, is of a newer version, is nearly full, or in use by another launcher
 */
export function openDataFolder(home: string): { release: () => void } {
  try {
    makeFolder(home);
  } catch (error) {
    throw new UnusableError({
      what: `The data folder ${home} cannot be made`,
      why: error instanceof Error ? error.message : String(error),
      whatToDo: "Set GRADUS_HOME to a folder you may write to",
      cause: error,
    });
  }
  checkFreeSpace(home);
  const lock = tryLock(join(home, "lock"));
  if (!lock.held) {
    const running = readRunning(home);
    throw new UnusableError({
      what: "Gradus runs already on this data folder",
      why: `process ${lock.byPid} uses ${home}${running === null ? "" : `, and its API is at ${running.apiUrl}`}`,
      whatToDo: `Use that one, or end it with \`kill ${lock.byPid}\`, or set GRADUS_HOME to another folder for a second one`,
    });
  }
  try {
    checkLayout(join(home, "version.json"));
  } catch (error) {
    lock.release();
    throw error;
  }
  return {
    release: () => {
      rmSync(join(home, "running.json"), { force: true });
      lock.release();
    },
  };
}

/** Tells others on this machine where the servers are. */
export function writeRunning(home: string, running: RunningStack): void {
  writeFileSync(join(home, "running.json"), JSON.stringify(running), { mode: 0o600 });
}

/** What the launcher on this data folder wrote, or null; it may have been killed since. */
export function readRunning(home: string): RunningStack | null {
  const file = join(home, "running.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RunningStack) : null;
}

/** @throws UnusableError when less is free than a small experiment needs */
export function checkFreeSpace(folder: string, leastBytes: number = leastFreeBytes): number {
  const { bavail, bsize } = statfsSync(folder);
  const freeBytes = bavail * bsize;
  if (freeBytes < leastBytes) {
    throw new UnusableError({
      what: "The disk is full",
      why: `${megabytes(freeBytes)} are free at ${folder}, and Gradus needs ${megabytes(leastBytes)}`,
      whatToDo: "Free some space, or set GRADUS_HOME to a folder on another disk",
    });
  }
  return freeBytes;
}

function checkLayout(file: string): void {
  if (!existsSync(file)) writeFileSync(file, JSON.stringify({ layout }));
  const found = (JSON.parse(readFileSync(file, "utf8")) as { layout?: number }).layout ?? 0;
  if (found > layout) {
    throw new UnusableError({
      what: "The data folder is of a newer Gradus",
      why: `${file} says layout ${found}, and this version knows layout ${layout} at most`,
      whatToDo: "Update Gradus, or set GRADUS_HOME to another folder",
    });
  }
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1024 / 1024)} MB`;
}
