// Owns: one slot's warm interpreter: a Python under bubblewrap that forks every rollout into fresh namespaces. Must not know: probes.
// Each rollout gets sockets of its own, which the warm interpreter opens and never reads: what a rollout says cannot reach the next.
// The process of the next rollout is made while one runs, and waits for its limits on its channel.
import { type ChildProcess, spawn } from "node:child_process";
import { chmodSync, chownSync, closeSync, constants, mkdtempSync, openSync, readdirSync, rmSync } from "node:fs";
import { type Server, type Socket, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { type ConfinedProcess, type Ending, type Launcher, SlotLost } from "../confined-process.ts";
import { BOOT_PARTS, WARM_PARTS, guestSource } from "../guest/guest-source.ts";
import type { SandboxLimits } from "../sandbox.ts";
import { Arrivals } from "./arrivals.ts";
import { readProc } from "./read-proc.ts";
import { PROCESSES, PYTHON_FLAGS, type SlotGround, WORK_MB } from "./slot-ground.ts";
import { livingBelow } from "./tree-cpu.ts";

/** How much later than the warm interpreter itself we take a wall limit for passed, and the whole slot for hung. */
const HUNG_AFTER_MS = 5_000;
const START_WITHIN_MS = 20_000;
/** The names of the sockets: channel, standard output and standard error. */
const STREAMS = ["c", "o", "e"] as const;
/** What a library resolves at its first call is resolved once, not in every fork. The warm interpreter takes it out of what programs see. */
const LOADER = { LD_BIND_NOW: "1" };
/** Below bubblewrap: the warm interpreter, and the process of the rollout to come. */
const AT_REST = 2;

export class WarmLauncher implements Launcher {
  healthy = true;
  /** Number of the process that runs or ran last, and of the one that waits. */
  #ordinal = 0;
  #waiting = 0;
  #current: ((ending: Ending) => void) | null = null;
  readonly #arrivals = STREAMS.map(() => new Arrivals<Socket>());
  #refuse: ((error: Error) => void) | null = null;
  #told = "";
  #complaint = "";
  readonly #child: ChildProcess;
  readonly #servers: readonly Server[];
  readonly #folder: string;
  readonly #ground: SlotGround;

  private constructor(ground: SlotGround, child: ChildProcess, servers: readonly Server[], folder: string) {
    this.#ground = ground;
    this.#child = child;
    this.#servers = servers;
    this.#folder = folder;
  }

  /** Starts the interpreter. @throws Error where it cannot be had on this machine, with what it said. */
  static async start(ground: SlotGround, of: "python" | "check"): Promise<WarmLauncher> {
    const folder = mkdtempSync(join(tmpdir(), `gradus-slot-${process.pid}-`));
    const { uid, gid } = ground.identity;
    chmodSync(folder, 0o700);
    const servers = await Promise.all(STREAMS.map((name) => listen(join(folder, name))));
    if (uid !== undefined && gid !== undefined)
      for (const path of [folder, ...STREAMS.map((name) => join(folder, name))]) chownSync(path, uid, gid);
    const held = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
    const tree = "--dir /tmp --proc /proc --chdir /tmp --remount-ro /".split(" ");
    const program = [guestSource(WARM_PARTS), String(WORK_MB), String(PROCESSES), of];
    const python = [ground.python.executable, ...PYTHON_FLAGS, "-c", guestSource(BOOT_PARTS), ...program];
    const command = ground.command([...ground.treeArgs, ...tree, "--", ...python]);
    const child = spawn(command.file, command.args, {
      ...command.options,
      env: { ...ground.env, ...LOADER },
      stdio: ["pipe", "pipe", "pipe", held],
    });
    closeSync(held);
    const launcher = new WarmLauncher(ground, child, servers, folder);
    try {
      await launcher.#attach();
    } catch (error) {
      await launcher.close();
      throw error;
    }
    return launcher;
  }

  async #attach(): Promise<void> {
    const { stdout, stderr, stdin } = this.#child as { stdout: Readable; stderr: Readable; stdin: Writable } & ChildProcess;
    stdin.on("error", () => {}); // its death is told by "exit"
    stderr.on("data", (part: Buffer) => (this.#complaint = (this.#complaint + part.toString("utf8")).slice(-2_000)));
    for (const [at, server] of this.#servers.entries()) {
      server.on("connection", (socket) => {
        socket.on("error", () => {}); // its end is told by the warm interpreter
        socket.once("end", () => socket.destroy());
        // The process that waits, and one in its place where it could not be made.
        if ((this.#arrivals[at]?.add(socket) ?? 0) <= this.#ordinal + 2) return;
        // It would be taken for a later rollout's: one rollout's answers must never pass for another's.
        this.#fail("a connection that no process accounts for");
      });
    }
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => this.#fail("the warm interpreter did not start in time"), START_WITHIN_MS);
      this.#refuse = (error) => {
        clearTimeout(late);
        reject(error);
      };
      stdout.on("data", (part: Buffer) => {
        const lines = (this.#told + part.toString("latin1")).split("\n");
        this.#told = lines.pop() ?? "";
        for (const line of lines) {
          if (line.startsWith("ready ")) {
            clearTimeout(late);
            this.#waiting = Number(line.slice(6));
            resolve();
          } else this.#hear(line);
        }
      });
      this.#child.once("error", (error) => this.#fail(error.message));
      this.#child.once("exit", (code, signal) => this.#fail(`the warm interpreter ended (${signal ?? code}): ${this.#complaint}`));
    });
  }

  /** `done <ordinal> <how> <code> <cpu ms> <wall ms> <starved ms> <ordinal of the process that waits>`, or `lost <ordinal> <why>`. */
  #hear(line: string): void {
    const [word, ordinal, how, code, cpuMs, wallMs, starvedMs, waiting] = line.split(" ");
    if (word === "lost") return this.#fail(line);
    if (word !== "done" || Number(ordinal) !== this.#ordinal) return;
    this.#waiting = Number(waiting);
    const starved = Number(starvedMs) < 0 ? null : Number(starvedMs);
    const outOfMemory = how === "SIGNAL" && code === "9" && this.#ground.cgroup?.killedForMemory() === true;
    const cause = outOfMemory ? "MEMORY" : (how as Ending["how"]);
    this.#finish({ how: cause, code: Number(code), cpuMs: Number(cpuMs), wallMs: Number(wallMs), starvedMs: starved });
  }

  #finish(ending: Ending): void {
    const current = this.#current;
    this.#current = null;
    current?.(ending);
  }

  #fail(detail: string): void {
    this.healthy = false;
    this.#child.kill("SIGKILL");
    this.#refuse?.(new Error(detail));
    this.#finish({ how: "LOST", code: 0, cpuMs: 0, wallMs: 0, starvedMs: null, detail });
  }

  async launch(limits: SandboxLimits, unattendedMs = 0): Promise<ConfinedProcess> {
    if (!this.healthy) throw new SlotLost("this slot's warm interpreter is gone");
    this.#ground.cgroup?.bound(limits.memoryMb);
    const ordinal = this.#waiting;
    this.#ordinal = ordinal;
    const sought = this.#arrivals.map((arrivals) => arrivals.take(ordinal));
    const [arrived, errors] = [Promise.all(sought), sought[2] as Promise<Socket>];
    const ended = new Promise<Ending>((resolve) => (this.#current = resolve));
    const hung = setTimeout(() => this.#fail("the warm interpreter hung"), limits.wallMs + HUNG_AFTER_MS);
    void ended.then(() => clearTimeout(hung));
    const sockets = await Promise.race([arrived, ended]);
    if (!Array.isArray(sockets)) {
      const said = await Promise.race([errors.then(firstWords), ended.then(() => sleep(100, ""))]);
      const detail = sockets.detail ?? `the process ended before it began (${sockets.how} ${sockets.code}): ${said}`;
      // Connections of it may still come: this slot is of no more use.
      this.#fail(detail);
      throw new SlotLost(detail);
    }
    const [channel, stdout, stderr] = sockets as [Socket, Socket, Socket];
    const look = (): void => {
      for (const socket of [channel, stdout]) socket.resume();
    };
    stderr.resume();
    if (unattendedMs === 0) look();
    else {
      const late = setTimeout(look, unattendedMs);
      // The kernel closes all three at once when the process ends, well before its namespaces are gone.
      stderr.once("end", look);
      void ended.then(() => clearTimeout(late));
      void ended.then(look);
    }
    // In one write with what is said first, because each wakes the process that waits; and before the word to the warm interpreter, which makes the
    // next process then.
    channel.cork();
    channel.write(`${limits.cpuMs} ${limits.memoryMb}\n`, "latin1");
    process.nextTick(() => {
      channel.uncork();
      this.#say(`go ${ordinal} ${limits.cpuMs} ${limits.wallMs}`);
    });
    return { channel, stdout, stderr, ended, kill: () => process.nextTick(() => this.#say(`kill ${ordinal}`)) };
  }

  #say(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  strays(): number {
    const pid = this.#child.pid;
    return pid === undefined || !this.healthy ? 0 : Math.max(0, livingBelow(pid, readProc) - AT_REST);
  }

  async close(): Promise<void> {
    this.healthy = false;
    for (const server of this.#servers) server.close();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const gone = new Promise((resolve) => this.#child.once("exit", resolve));
      this.#child.kill("SIGKILL");
      await gone;
    }
    for (const arrivals of this.#arrivals) for (const socket of arrivals.untaken()) socket.destroy();
    this.#ground.cgroup?.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function firstWords(stream: Readable): Promise<string> {
  for await (const part of stream) return String(part).slice(0, 300);
  return "";
}

/** Removes what workers that died without a word left behind. Safe at any time. */
export function sweepSlotFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = /^gradus-slot-(\d+)-/u.exec(name)?.[1];
    if (pid !== undefined && readProc(`/proc/${pid}/stat`) === "") rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Nothing is read before a rollout has the process, and nothing is to be said to one that has ended: no half of a socket is shut by itself.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    server.once("error", reject);
    server.listen(path, () => {
      server.unref();
      resolve(server);
    });
  });
}
