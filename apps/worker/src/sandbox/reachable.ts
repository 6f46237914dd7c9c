// Owns: Node and Pyodide where the users of slots can reach them: ours, or copies where only root may enter the folder that they lie in, beside the
// copy of Postgres that a root launcher makes for the same reason. Must not know: guests, slots.
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { ROOT_FOLDERS } from "@gradus/domain/root-folders";
import { copyOnce } from "../machine/copy-once.ts";
import { canRead, canRun, type OtherUser } from "../machine/other-user.ts";

/** Path of the program, in a folder that may be bound into a sandbox. @throws Error of the file system where it must be copied and cannot be */
export function reachableNode(user: OtherUser, own = process.execPath): string {
  if (user.uid === undefined || canRun(user, own)) return own;
  const copy = join(cacheFolder("node", process.version), "node");
  if (!canRun(user, copy)) copyFile(own, copy, 0o755);
  return copy;
}

export interface PyodideFiles {
  /** Pyodide's package. */
  readonly home: string;
  /** The program that runs in the process beside it. */
  readonly child: string;
}

/** The files themselves where the user can read them, else copies. @throws Error where they cannot be copied, or the copies cannot be reached */
export async function reachablePyodide(user: OtherUser, own: PyodideFiles, version: string): Promise<PyodideFiles> {
  const isReachable = ({ home, child }: PyodideFiles): boolean => canRead(user, join(home, "pyodide.asm.wasm")) && canRead(user, child);
  if (user.uid === undefined || isReachable(own)) return own;
  const folder = cacheFolder("pyodide");
  const hash = createHash("sha256").update(readFileSync(own.child)).digest("hex").slice(0, 16);
  // Its ending says what it is, where no package.json does.
  const copy = { home: join(folder, version), child: join(folder, `child-${hash}.mts`) };
  if (!existsSync(copy.home)) await copyOnce(own.home, copy.home);
  chmodSync(copy.home, 0o755);
  for (const file of await readdir(copy.home)) chmodSync(join(copy.home, file), 0o644);
  if (!canRead(user, copy.child)) copyFile(own.child, copy.child, 0o644);
  if (isReachable(copy)) return copy;
  throw new Error(
    `the user ${user.uid} can read neither ${own.home} nor a copy in ${folder}: set GRADUS_CACHE to a folder that every user may pass through`,
  );
}

/** A folder in root's cache, through which other users may pass. */
function cacheFolder(...below: readonly string[]): string {
  let folder = process.env["GRADUS_CACHE"] || ROOT_FOLDERS.cache;
  mkdirSync(join(folder, ...below), { recursive: true });
  chmodSync(folder, 0o711);
  for (const part of below) chmodSync((folder = join(folder, part)), 0o711);
  return folder;
}

/** Whole or not at all. */
function copyFile(own: string, copy: string, mode: number): void {
  const unfinished = `${copy}.${process.pid}`;
  copyFileSync(own, unfinished);
  chmodSync(unfinished, mode);
  renameSync(unfinished, copy);
}
