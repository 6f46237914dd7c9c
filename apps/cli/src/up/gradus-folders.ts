// Owns: where Gradus keeps its data and its downloaded or built binaries. Must not know: what lies in them.
import { chmodSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { ROOT_FOLDERS } from "@gradus/domain/root-folders";
import envPaths from "env-paths";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

/** Folder of all data: `GRADUS_HOME`, else the user's data folder (root on Linux: /var/lib/gradus). Absolute; perhaps not there yet. */
export function gradusHome(env: NodeJS.ProcessEnv = process.env): string {
  const fallback = isRoot ? ROOT_FOLDERS.data : envPaths("gradus", { suffix: "" }).data;
  return resolve(env["GRADUS_HOME"] || fallback);
}

/** Folder of binaries that can be fetched or built again: `GRADUS_CACHE`, else the user's cache folder (root on Linux: /var/cache/gradus). */
export function gradusCache(env: NodeJS.ProcessEnv = process.env): string {
  const fallback = isRoot ? ROOT_FOLDERS.cache : envPaths("gradus", { suffix: "" }).cache;
  return resolve(env["GRADUS_CACHE"] || fallback);
}

/**
 * Makes a folder below the data or cache folder and returns its path. Other users may pass through it (Postgres of a root launcher is another
 * user) but not list it; files inside keep their own modes.
 */
export function makeFolder(root: string, ...below: string[]): string {
  const folder = join(root, ...below);
  mkdirSync(folder, { recursive: true, mode: 0o711 });
  if (isRoot) chmodSync(root, 0o711);
  return folder;
}
