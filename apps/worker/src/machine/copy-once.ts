// Owns: copying a folder to a place that several processes may want to fill at once. Must not know: what is in it.
import { existsSync } from "node:fs";
import { cp, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Copies a folder to where none is yet, whole or not at all. Where another process was quicker, its copy stays. */
export async function copyOnce(source: string, target: string): Promise<void> {
  const own = await mkdtemp(`${target}.`);
  try {
    await cp(source, join(own, "copy"), { recursive: true, verbatimSymlinks: true });
    await rename(join(own, "copy"), target);
  } catch (error) {
    // Renaming replaces no folder that holds something: that is the other's copy.
    if (!existsSync(target)) throw error;
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}
