// Owns: a file of the user's own code on its way into this process: found where the operator allows it, held to its hash, loaded once.
// Must not know: what a module is for.
import { readFile, realpath } from "node:fs/promises";
import { stripTypeScriptTypes } from "node:module";
import { delimiter, extname, isAbsolute, relative, sep } from "node:path";
import { ConfigurationError, sha256Hex } from "@gradus/domain";
import type { ModuleRef } from "@gradus/domain";

export type ModuleAddress = Pick<ModuleRef, "module" | "hash">;

/**
 * Whoever may start experiments names the files, so the operator names the folders: those of `GRADUS_MODULES`, parted as in PATH. `gradus up`
 * sets it to the folder it was called in; a worker without it loads none.
 */
const allowedFolders = (): string[] => (process.env["GRADUS_MODULES"] ?? "").split(delimiter).filter((folder) => folder !== "");

const TYPESCRIPT = [".ts", ".mts"];
const JAVASCRIPT = [".js", ".mjs"];

/** Loaded modules by hash: a run that is under way goes on with what it began with, whatever becomes of the file. */
const loaded = new Map<string, Promise<unknown>>();

/** The module's default export. @throws ConfigurationError that names the file and what is expected of it */
export async function loadModule(address: ModuleAddress): Promise<unknown> {
  const known = loaded.get(address.hash) ?? importSource(address, await verifyModule(address));
  loaded.set(address.hash, known);
  try {
    return await known;
  } catch (error) {
    // Tolerates nothing: only lets the file be tried again.
    loaded.delete(address.hash);
    throw error;
  }
}

/** The file's text, where it is still the one that was named. @throws ConfigurationError */
export async function verifyModule({ module, hash }: ModuleAddress): Promise<string> {
  if (!isAbsolute(module)) throw new ConfigurationError(`module ${module}: expected an absolute path; \`gradus run\` makes it one`);
  if (![...TYPESCRIPT, ...JAVASCRIPT].includes(extname(module)))
    throw new ConfigurationError(`module ${module}: expected a file that ends in ${[...TYPESCRIPT, ...JAVASCRIPT].join(", ")}`);
  const file = await realpath(module).catch(() => null);
  if (file === null) throw new ConfigurationError(`module ${module}: there is no such file on this worker's machine`);
  const folders = allowedFolders();
  const inside = await Promise.all(folders.map((folder) => isInside(file, folder)));
  if (!inside.includes(true))
    throw new ConfigurationError(
      `module ${module}: this worker loads modules from ${folders.join(", ") || "no folder"} only; its GRADUS_MODULES says which folders it may`,
    );
  const bytes = await readFile(file);
  const found = sha256Hex(bytes);
  if (found !== hash)
    throw new ConfigurationError(
      `module ${module} has changed: the experiment was started with sha256:${hash.slice(0, 12)} and the file is sha256:${found.slice(0, 12)} now; put the old file back, or start another experiment with the new one`,
    );
  return bytes.toString("utf8");
}

async function isInside(file: string, folder: string): Promise<boolean> {
  const real = await realpath(folder).catch(() => null);
  if (real === null) return false;
  const way = relative(real, file);
  return way !== "" && way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** From the text that was hashed, not from the disk again. Such a module can import nothing but Node's own: its hash covers all of it. */
async function importSource({ module }: ModuleAddress, text: string): Promise<unknown> {
  try {
    const script = TYPESCRIPT.includes(extname(module)) ? stripTypeScriptTypes(text) : text;
    const source = `${script}\n//# sourceURL=${encodeURI(module)}\n`;
    const namespace = (await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`)) as {
      readonly default?: unknown;
    };
    return namespace.default;
  } catch (error) {
    // Tolerates nothing: says in which file.
    throw new ConfigurationError(
      `module ${module} cannot be loaded: ${error instanceof Error ? error.message : String(error)} (it is one file, and may import from node: only)`,
    );
  }
}
