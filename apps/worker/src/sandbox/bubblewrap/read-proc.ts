// Owns: reading what may vanish while it is read. Must not know: what it means.
import { readFileSync } from "node:fs";

/** The text of a file under /proc or /sys, or nothing where it is not there (any more). */
export function readProc(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // ended between two looks, or not on this machine
  }
}
