// Owns: how much memory the processes below one take, from Linux's /proc (proc(5)). Must not know: what they are.
import { readdir, readFile } from "node:fs/promises";

/** Resident bytes of all processes that descend from `pid`, itself not counted; the reason where that cannot be known. */
export async function descendantRss(pid: number, proc = "/proc"): Promise<{ readonly bytes: number } | { readonly absent: string }> {
  let entries: string[];
  try {
    entries = await readdir(proc);
  } catch {
    // Tolerates a system without it: macOS and Windows tell this in other ways, which nobody here has needed.
    return { absent: `${proc} is not there: child processes are counted on Linux alone` };
  }
  const children = new Map<number, number[]>();
  await Promise.all(
    entries
      .filter((entry) => /^\d+$/.test(entry))
      .map(async (entry) => {
        const stat = await readOf(`${proc}/${entry}/stat`);
        // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
        const parent = Number(stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? Number.NaN);
        if (Number.isInteger(parent)) children.set(parent, [...(children.get(parent) ?? []), Number(entry)]);
      }),
  );
  const below: number[] = [];
  for (const next = [pid]; next.length > 0;) {
    const found = children.get(next.pop() as number) ?? [];
    below.push(...found);
    next.push(...found);
  }
  const sizes = await Promise.all(below.map(async (child) => rssOf(await readOf(`${proc}/${child}/status`))));
  return { bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

/** Nothing for a process that ended in between. */
const readOf = (path: string): Promise<string | null> => readFile(path, "utf8").catch(() => null);

/** A process that is a zombie has no such line, and no memory. */
const rssOf = (status: string | null): number => Number(/^VmRSS:\s*(\d+) kB$/m.exec(status ?? "")?.[1] ?? 0) * 1_024;
