// Owns: which processes live below one, as the kernel lists them. Must not know: what they do.
import { readFileSync } from "node:fs";

function read(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return ""; // ended between two looks
  }
}

export const children = (pid: number): number[] => read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);

export const isPython = (pid: number): boolean => /^(?:[^\0]*\/)?python[\d.]*\0/u.test(read(`/proc/${pid}/cmdline`));

/** False for zombies too. */
export const alive = (pid: number): boolean => /\) [^ZX] /u.test(read(`/proc/${pid}/stat`));

/** All processes below `pid`, zombies among them, parents before their children. */
export const below = (pid: number): number[] => children(pid).flatMap((child) => [child, ...below(child)]);

/** How many processes live below `pid`. */
export const descendants = (pid: number): number => below(pid).filter(alive).length;
