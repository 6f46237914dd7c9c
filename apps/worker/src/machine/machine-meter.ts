// Owns: what a node says of its machine with each heartbeat. Must not know: where it is sent.
import { cpus, freemem, totalmem } from "node:os";
import type { MachineReport } from "@gradus/domain";
import { askNvidiaSmi } from "./nvidia-smi.ts";
import type { GpuReadings } from "./nvidia-smi.ts";
import { descendantRss } from "./process-tree.ts";

/** What a machine is asked; the real one by default. */
export interface MachineSources {
  /** Milliseconds that each core was busy and idle since it started. */
  readonly cores: () => readonly { readonly busyMs: number; readonly idleMs: number }[];
  /** Milliseconds of processor time that this process took. */
  readonly workerMs: () => number;
  /** Milliseconds of a clock that only goes forward. */
  readonly nowMs: () => number;
  readonly memory: () => { readonly usedBytes: number; readonly totalBytes: number; readonly rssBytes: number };
  readonly children: () => ReturnType<typeof descendantRss>;
  readonly gpus: () => Promise<GpuReadings>;
}

const THIS_MACHINE: MachineSources = {
  cores: () => cpus().map(({ times: { user, nice, sys, irq, idle } }) => ({ busyMs: user + nice + sys + irq, idleMs: idle })),
  workerMs: () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  },
  nowMs: () => performance.now(),
  // On Linux what is free is what a program could get: caches count as free.
  memory: () => ({ usedBytes: totalmem() - freemem(), totalBytes: totalmem(), rssBytes: process.memoryUsage.rss() }),
  children: () => descendantRss(process.pid),
  gpus: () => askNvidiaSmi(),
};

interface Counters {
  readonly atMs: number;
  readonly busyMs: number;
  readonly allMs: number;
  readonly workerMs: number;
}

/** Asked at every heartbeat; its rates are over the time since the one before. */
export class MachineMeter {
  readonly #ask: MachineSources;
  #before: Counters;

  constructor(ask: MachineSources = THIS_MACHINE) {
    this.#ask = ask;
    this.#before = count(ask);
  }

  async read(): Promise<MachineReport> {
    const ask = this.#ask;
    const [children, gpu] = await Promise.all([ask.children(), ask.gpus()]);
    const cores = Math.max(1, ask.cores().length);
    const [before, now] = [this.#before, count(ask)];
    this.#before = now;
    const absent: Record<string, string> = { ...gpu.absent };
    if ("absent" in children) absent["childrenRssBytes"] = children.absent;
    const all = now.allMs - before.allMs;
    // Counters of a container's or virtual machine's processors may stand still or not be told.
    if (!(all > 0)) absent["coresUsed"] = "the operating system's counters of its processors have not moved";
    const passed = now.atMs - before.atMs;
    if (!(passed > 0)) absent["workerCoresUsed"] = "no time has passed since the report before";
    const { usedBytes, totalBytes, rssBytes } = ask.memory();
    return {
      cores,
      coresUsed: all > 0 ? Math.min(cores, Math.max(0, ((now.busyMs - before.busyMs) / all) * cores)) : null,
      workerCoresUsed: passed > 0 ? Math.max(0, (now.workerMs - before.workerMs) / passed) : null,
      rssBytes,
      childrenRssBytes: "bytes" in children ? children.bytes : null,
      memoryUsedBytes: usedBytes,
      memoryTotalBytes: totalBytes,
      gpus: [...gpu.gpus],
      absent,
    };
  }
}

function count(ask: MachineSources): Counters {
  const cores = ask.cores();
  const busyMs = cores.reduce((sum, core) => sum + core.busyMs, 0);
  return {
    atMs: ask.nowMs(),
    busyMs,
    allMs: cores.reduce((sum, core) => sum + core.idleMs, busyMs),
    workerMs: ask.workerMs(),
  };
}
