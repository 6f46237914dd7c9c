// Owns: CPU time and memory of a process and all its living descendants, from /proc texts. Must not know: who they are.

/** Clock ticks a second in /proc/<pid>/stat: 100 on every Linux that Node runs on. */
const TICK_MS = 10;
const PAGE_BYTES = 4_096;

/** Milliseconds of user and system time of `pid`, its descendants, and those of them that were waited for. Vanished processes count 0. */
export function treeCpuMs(pid: number, read: (path: string) => string): number {
  const own = statMs(read(`/proc/${pid}/stat`));
  return childrenOf(pid, read).reduce((sum, child) => sum + treeCpuMs(child, read), own);
}

/** Megabytes of resident memory of `pid` and its descendants; shared pages count for each. */
export function treeResidentMb(pid: number, read: (path: string) => string): number {
  const own = (Number(read(`/proc/${pid}/statm`).split(" ")[1] ?? 0) * PAGE_BYTES) / 2 ** 20;
  return childrenOf(pid, read).reduce((sum, child) => sum + treeResidentMb(child, read), own);
}

/** How many processes live below `pid`, zombies not counted. */
export const livingBelow = (pid: number, read: (path: string) => string): number =>
  childrenOf(pid, read).reduce((sum, child) => sum + (/\) Z /u.test(read(`/proc/${child}/stat`)) ? 0 : 1) + livingBelow(child, read), 0);

const childrenOf = (pid: number, read: (path: string) => string): number[] =>
  read(`/proc/${pid}/task/${pid}/children`).split(" ").filter(Boolean).map(Number);

/** The same of the main thread of `pid` alone: what a virtual machine compiles in its other threads is not the program's doing. */
export const threadCpuMs = (pid: number, read: (path: string) => string): number => statMs(read(`/proc/${pid}/task/${pid}/stat`));

function statMs(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields.slice(11, 15).reduce((sum, ticks) => sum + (Number(ticks) || 0), 0) * TICK_MS;
}
