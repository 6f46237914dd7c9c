// Owns: one Pyodide in a killable, permission-less Node for each rollout, where bubblewrap cannot be had. Must not know: probes.
// A process is started ahead of each rollout, because loading the snapshot takes longer than most programs run.
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import type { Duplex, Readable } from "node:stream";
import { readProc } from "../bubblewrap/read-proc.ts";
import { threadCpuMs } from "../bubblewrap/tree-cpu.ts";
import { type ConfinedProcess, type Ending, type Launcher, SlotLost } from "../confined-process.ts";
import type { PyodideFiles } from "../reachable.ts";
import type { SandboxLimits } from "../sandbox.ts";

const LOOK_EVERY_MS = 25;
const START_WITHIN_MS = 60_000;
/** Resident memory of Node and Pyodide before a program runs, and room for garbage: the watch is behind the limit on WebAssembly memory. */
const BASE_RSS_MB = 400;
/** CPU seconds after which the kernel ends the process, whatever became of us. */
const CPU_CEILING_S = 600;

/** What the children stand on: their files and Node, which the user they run as can reach, the snapshot file, and that user. */
export interface PyodideGround extends PyodideFiles {
  readonly node: string;
  readonly snapshot: string;
  /** Bytes of WebAssembly memory in the snapshot. */
  readonly baseBytes: number;
  readonly uid: number | null;
  readonly setpriv: boolean;
}

export class PyodideLauncher implements Launcher {
  healthy = true;
  readonly #ground: PyodideGround;
  #standby: Promise<ChildProcess>;

  constructor(ground: PyodideGround) {
    this.#ground = ground;
    this.#standby = this.#start();
  }

  async #start(): Promise<ChildProcess> {
    const snapshot = openSync(this.#ground.snapshot, "r");
    const child = startChild(this.#ground, ["run"], [], ["ignore", "pipe", "pipe", "pipe", snapshot]);
    closeSync(snapshot);
    let complaint = "";
    const hear = (part: Buffer): void => void (complaint = (complaint + part.toString("utf8")).slice(-1_000));
    child.stderr?.on("data", hear);
    const ready = await new Promise<boolean>((resolve) => {
      const late = setTimeout(() => child.kill("SIGKILL"), START_WITHIN_MS);
      const channel = child.stdio[3] as Duplex;
      child.once("error", () => resolve(false));
      child.once("exit", () => resolve(false));
      channel.on("error", () => resolve(false));
      channel.once("readable", () => {
        clearTimeout(late);
        resolve((channel.read(6) as Buffer | null)?.toString("latin1") === "ready\n");
      });
    });
    child.stderr?.off("data", hear);
    if (ready) return child;
    child.kill("SIGKILL");
    throw new SlotLost(`Pyodide did not start: ${complaint}`);
  }

  async launch(limits: SandboxLimits): Promise<ConfinedProcess> {
    const child = await this.#standby.catch((error: unknown) => {
      this.healthy = false;
      throw error;
    });
    this.#standby = this.#start();
    this.#standby.catch(() => {}); // told to whoever needs it next
    const pid = child.pid ?? 0;
    const started = performance.now();
    const before = threadCpuMs(pid, readProc);
    let cause: Ending["how"] | null = null;
    let cpuMs = 0;
    const end = (how: Ending["how"]): void => {
      cause ??= how;
      child.kill("SIGKILL");
    };
    const look = setInterval(() => {
      cpuMs = Math.max(cpuMs, threadCpuMs(pid, readProc) - before);
      if (cpuMs > limits.cpuMs) end("CPU");
      else if (residentMb(pid) > BASE_RSS_MB + limits.memoryMb) end("MEMORY");
    }, LOOK_EVERY_MS);
    const wall = setTimeout(() => end("WALL"), limits.wallMs);
    const ended = new Promise<Ending>((resolve) => {
      child.once("exit", (code, signal) => {
        clearInterval(look);
        clearTimeout(wall);
        const how = cause ?? (signal === null ? "EXIT" : "SIGNAL");
        resolve({ how, code: code ?? 0, cpuMs, wallMs: performance.now() - started, starvedMs: null });
      });
    });
    const channel = child.stdio[3] as Duplex;
    channel.on("error", () => {}); // its end is told by "exit"
    channel.write(`${this.#ground.baseBytes + limits.memoryMb * 2 ** 20}\n`);
    const { stdout, stderr } = child as { stdout: Readable; stderr: Readable } & ChildProcess;
    return { channel, stdout, stderr, ended, kill: () => end("KILLED") };
  }

  /** Node's permission model lets no child make another process. */
  strays(): number {
    return 0;
  }

  async close(): Promise<void> {
    this.healthy = false;
    const child = await this.#standby.catch(() => null);
    if (child === null || child.exitCode !== null) return;
    const gone = new Promise((resolve) => child.once("exit", resolve));
    child.kill("SIGKILL");
    await gone;
  }
}

/** Starts Node on pyodide-child.ts with an empty environment, allowed to read Pyodide's folder and nothing else. */
export function startChild(
  ground: Omit<PyodideGround, "snapshot" | "baseBytes">,
  args: readonly string[],
  flags: readonly string[],
  stdio: ("ignore" | "pipe" | number)[],
): ChildProcess {
  const { node, home, child } = ground;
  const allowed = [home, child].map((path) => `--allow-fs-read=${path}`);
  const [task = "", ...rest] = args;
  const fixed = ["--permission", ...allowed, "--disallow-code-generation-from-strings", "--no-warnings"];
  const command = [node, ...fixed, ...flags, child, task, home, ...rest];
  const drop = ground.setpriv ? ["setpriv", "--pdeathsig", "KILL"] : [];
  if (ground.setpriv && ground.uid !== null) drop.push("--reuid", String(ground.uid), "--regid", String(ground.uid), "--clear-groups");
  const options = ground.setpriv || ground.uid === null ? {} : { uid: ground.uid, gid: ground.uid };
  const script = `ulimit -c 0; ulimit -t ${CPU_CEILING_S}; exec "$@"`;
  return spawn("/bin/sh", ["-c", script, "sh", ...drop, ...command], { ...options, env: { PATH: "/usr/bin:/bin" }, cwd: "/", stdio });
}

function residentMb(pid: number): number {
  return (Number(readProc(`/proc/${pid}/statm`).split(" ")[1] ?? 0) * 4_096) / 2 ** 20;
}
