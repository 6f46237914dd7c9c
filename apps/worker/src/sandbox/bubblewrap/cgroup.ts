// Owns: bounding memory, processes and the share of the processor of one slot by a control group, where the machine lets us make one.
// Must not know: rollouts.
import { existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { delegatedGroup } from "./delegated-group.ts";
import { readProc } from "./read-proc.ts";

/** How memory and processes are bounded beyond rlimits; `why` says what was found. */
export type CgroupMode = { readonly kind: "v2" | "v1" | "none"; readonly parents: readonly string[]; readonly why: string };

/** What a warm interpreter, the process that waits and a rollout's own interpreter take before the program allocates anything, plus page tables and socket buffers. */
const OVERHEAD_MB = 64;

/**
 * Rollouts are batch work: where a core is wanted by both, a slot gets a quarter of it, as a process at a nice level of 5 does. Unlike a nice level, a group
 * holds beside processes of other sessions (the kernel's autogroups) and whatever sessions a rollout opens.
 */
const CPU_SHARE = { v1: { file: "cpu.shares", value: "335" }, v2: { file: "cpu.weight", value: "33" } };

/** Looks for a place where groups can be made. Leaves nothing behind. */
export function findCgroups(): CgroupMode {
  const mounts = readProc("/proc/self/mounts")
    .split("\n")
    .map((line) => line.split(" "));
  const memberships = readProc("/proc/self/cgroup")
    .split("\n")
    .map((line) => line.split(":"));
  const complaints: string[] = [];
  const place = (type: string, controller: string): string | null => {
    const mount = mounts.find(
      ([, , kind, options]) => kind === type && (controller === "" || options?.split(",").includes(controller)),
    )?.[1];
    const path = memberships.find(([, controllers]) =>
      controller === "" ? controllers === "" : controllers?.split(",").includes(controller),
    )?.[2];
    return mount === undefined || path === undefined ? null : join(mount, path);
  };
  const unified = place("cgroup2", "");
  if (unified !== null) {
    const found = delegatedGroup(unified);
    if ("parent" in found) return { kind: "v2", parents: [found.parent], why: "a delegated cgroup v2" };
    complaints.push(`v2: ${found.why}`);
  }
  const memory = place("cgroup", "memory");
  const pids = place("cgroup", "pids");
  if (memory !== null && pids !== null) {
    // Moving a process of another user into a v1 group takes root, which is how slots are started there.
    const why = process.getuid?.() === 0 ? tryGroup([memory, pids]) : "not root";
    if (why === null) {
      const cpu = place("cgroup", "cpu");
      const parents = cpu !== null && tryGroup([cpu]) === null ? [memory, pids, cpu] : [memory, pids];
      return { kind: "v1", parents, why: [...complaints, "writable cgroup v1"].join("; ") };
    }
    complaints.push(`v1: ${why}`);
  }
  return { kind: "none", parents: [], why: complaints.join("; ") || "no memory control group is mounted" };
}

function tryGroup(parents: readonly string[]): string | null {
  for (const parent of parents) {
    const path = join(parent, `gradus-${process.pid}-try`);
    try {
      mkdirSync(path);
      rmdirSync(path);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
  return null;
}

/** Removes groups of processes that no longer live. Safe at any time. */
export function sweepCgroups(mode: CgroupMode): void {
  for (const parent of mode.parents) {
    for (const name of readdirSync(parent)) {
      const pid = /^gradus-(\d+)-/u.exec(name)?.[1];
      if (pid !== undefined && readProc(`/proc/${pid}/stat`) === "") remove(join(parent, name));
    }
  }
}

/** One slot's groups. */
export class SlotCgroup {
  readonly #mode: CgroupMode;
  readonly #paths: readonly string[];
  #memoryMb = 0;
  #kills = 0;

  constructor(mode: CgroupMode, name: string, workMb: number, processes: number) {
    this.#mode = mode;
    this.#paths = mode.parents.map((parent) => join(parent, `gradus-${process.pid}-${name}`));
    for (const path of this.#paths) mkdirSync(path, { recursive: true });
    const [first = "", second = first] = this.#paths;
    writeFileSync(join(second, "pids.max"), String(processes + 8));
    this.#workMb = workMb;
    this.bound(256);
    const swap = join(first, "memory.swap.max");
    if (mode.kind === "v2" && existsSync(swap)) writeFileSync(swap, "0");
    const share = CPU_SHARE[mode.kind === "v2" ? "v2" : "v1"];
    const cpu = this.#paths.map((path) => join(path, share.file)).find(existsSync);
    if (cpu !== undefined) writeFileSync(cpu, share.value);
  }
  readonly #workMb: number;

  /** Files that a process writes its id to in order to be inside. */
  get entrances(): string[] {
    return this.#paths.map((path) => join(path, "cgroup.procs"));
  }

  /** Sets what all processes of the slot may hold together. */
  bound(memoryMb: number): void {
    if (memoryMb === this.#memoryMb) return;
    const bytes = (memoryMb + this.#workMb + OVERHEAD_MB) * 2 ** 20;
    writeFileSync(join(this.#paths[0] ?? "", this.#mode.kind === "v2" ? "memory.max" : "memory.limit_in_bytes"), String(bytes));
    this.#memoryMb = memoryMb;
  }

  /** True where the kernel killed one of ours for memory since the last question. */
  killedForMemory(): boolean {
    const file = this.#mode.kind === "v2" ? "memory.events" : "memory.oom_control";
    const kills = Number(/oom_kill (\d+)/u.exec(readProc(join(this.#paths[0] ?? "", file)))?.[1] ?? 0);
    const more = kills > this.#kills;
    this.#kills = kills;
    return more;
  }

  close(): void {
    for (const path of this.#paths) remove(path);
  }
}

function remove(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // still busy, or gone already: the sweep at the next start takes it
  }
}
