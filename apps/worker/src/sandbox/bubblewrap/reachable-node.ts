// Owns: a Node that the users of slots can run: ours, or a copy where our own lies in a folder that only root may enter. Must not know: guests, slots.
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";
import type { SlotGround } from "./slot-ground.ts";

/** Beside the copy of Postgres that a root launcher makes for the same reason. */
const cache = (): string => process.env["GRADUS_CACHE"] || "/var/cache/gradus";

/** Path of the program, in a folder that may be bound into a sandbox. @throws Error of the file system where it must be copied and cannot be */
export function reachableNode({ uid, gid }: SlotGround["identity"], own = process.execPath): string {
  if (uid === undefined || gid === undefined) return own;
  const canRun = (program: string): boolean => spawnSync(program, ["--version"], { uid, gid, cwd: "/" }).status === 0;
  if (canRun(own)) return own;
  const folder = join(cache(), "node", process.version);
  const copy = join(folder, "node");
  if (canRun(copy)) return copy;
  mkdirSync(folder, { recursive: true });
  // Whoever runs it must get there.
  for (const passed of [cache(), join(cache(), "node"), folder]) chmodSync(passed, 0o711);
  const unfinished = `${copy}.${process.pid}`;
  copyFileSync(own, unfinished);
  chmodSync(unfinished, 0o755);
  renameSync(unfinished, copy);
  return copy;
}
