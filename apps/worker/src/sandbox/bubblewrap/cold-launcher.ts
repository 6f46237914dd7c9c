// Owns: one bubblewrap and one fresh interpreter for each confined process, where no warm one can be had. Must not know: probes.
import { spawn } from "node:child_process";
import type { Duplex, Readable } from "node:stream";
import type { ConfinedProcess, Ending, Launcher } from "../confined-process.ts";
import type { SandboxLimits } from "../sandbox.ts";
import { type ColdGuest, pythonGuest } from "./cold-guests.ts";
import { readProc } from "./read-proc.ts";
import { type SlotGround, WORK_MB } from "./slot-ground.ts";
import { treeCpuMs, treeResidentMb } from "./tree-cpu.ts";

/** How often the CPU time of a running tree is looked at. RLIMIT_CPU stands behind it. */
const LOOK_EVERY_MS = 50;

export class ColdLauncher implements Launcher {
  healthy = true;
  readonly #ground: SlotGround;
  readonly #guest: ColdGuest;

  constructor(ground: SlotGround, guest: ColdGuest = pythonGuest(ground)) {
    this.#ground = ground;
    this.#guest = guest;
  }

  async launch(limits: SandboxLimits): Promise<ConfinedProcess> {
    const ground = this.#ground;
    const guest = this.#guest;
    ground.cgroup?.bound(limits.memoryMb + (guest.residentMb ?? 0));
    const work = `--size ${WORK_MB * 2 ** 20} --tmpfs /tmp --chdir /tmp --remount-ro /`.split(" ");
    const command = ground.command([...ground.treeArgs, ...guest.binds, ...work, "--", ...guest.command(limits)]);
    const started = performance.now();
    const child = spawn(command.file, command.args, { ...command.options, env: ground.env, stdio: ["ignore", "pipe", "pipe", "pipe"] });
    let cause: Ending["how"] | null = null;
    let cpuMs = 0;
    const end = (how: Ending["how"]): void => {
      cause ??= how;
      child.kill("SIGKILL");
    };
    const look = setInterval(() => {
      cpuMs = Math.max(cpuMs, child.pid === undefined ? 0 : treeCpuMs(child.pid, readProc));
      if (cpuMs > limits.cpuMs) end("CPU");
      else if (guest.residentMb !== null && treeResidentMb(child.pid ?? 0, readProc) > limits.memoryMb + guest.residentMb) end("MEMORY");
    }, LOOK_EVERY_MS);
    const wall = setTimeout(() => end("WALL"), limits.wallMs);
    const ended = new Promise<Ending>((resolve) => {
      const finish = (code: number | null, signal: NodeJS.Signals | null, detail?: string): void => {
        clearInterval(look);
        clearTimeout(wall);
        const how = cause ?? (detail !== undefined ? "LOST" : signal !== null ? "LOST" : (code ?? 0) > 128 ? "SIGNAL" : "EXIT");
        const status = (code ?? 0) > 128 ? (code ?? 0) - 128 : (code ?? 0);
        // SIGXCPU and the kill at the hard limit are the CPU limit speaking where the look came too late.
        const outOfMemory = how === "SIGNAL" && status === 9 && ground.cgroup?.killedForMemory() === true;
        const shown =
          how === "SIGNAL" && (status === 24 || (status === 9 && cpuMs > limits.cpuMs))
            ? "CPU"
            : outOfMemory || (how === "SIGNAL" && guest.memorySignals.includes(status))
              ? "MEMORY"
              : how;
        const wallMs = performance.now() - started;
        resolve({ how: shown, code: status, cpuMs, wallMs, starvedMs: null, ...(detail === undefined ? {} : { detail }) });
      };
      child.once("error", (error) => finish(null, null, error.message));
      child.once("exit", (code, signal) => finish(code, signal));
    });
    const channel = child.stdio[3] as Duplex;
    const { stdout, stderr } = child as { stdout: Readable; stderr: Readable } & typeof child;
    return { channel, stdout, stderr, ended, kill: () => end("KILLED") };
  }

  /** With bubblewrap's process its namespaces have ended, and everything in them. */
  strays(): number {
    return 0;
  }

  async close(): Promise<void> {
    this.healthy = false;
    this.#ground.cgroup?.close();
  }
}
