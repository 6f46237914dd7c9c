// Owns: what every backend offers: a confined process that runs our guest, and how it ended. Must not know: probes, verdicts, the pool.
import type { Duplex, Readable } from "node:stream";
import type { SandboxLimits } from "./sandbox.ts";

/** EXIT and SIGNAL carry `code`. CPU, WALL, MEMORY: ended for passing a limit. LOST: the machine failed, nothing is known of the program. */
export interface Ending {
  readonly how: "EXIT" | "SIGNAL" | "CPU" | "WALL" | "MEMORY" | "KILLED" | "LOST";
  readonly code: number;
  /** CPU time of the whole process tree. */
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Milliseconds the program was ready to run but waited for a processor; null where the kernel does not tell. */
  readonly starvedMs: number | null;
  readonly detail?: string;
}

/** `channel`: request lines in, reply lines out; whoever writes on the other end is not trusted. Nothing outlives `ended`. */
export interface ConfinedProcess {
  readonly channel: Duplex;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly ended: Promise<Ending>;
  kill(): void;
}

/** One slot's way to make confined processes, one at a time, none of which can see anything of an earlier one. */
export interface Launcher {
  /**
   * @param unattendedMs for how long nobody need look at the channel, unless the process ends: each look in between costs a wake-up. A launcher may look
   * all the same.
   */
  launch(limits: SandboxLimits, unattendedMs?: number): Promise<ConfinedProcess>;
  /** False once the slot is of no more use and is to be replaced. */
  readonly healthy: boolean;
  /** Asked between processes: how many live that should not. */
  strays(): number;
  close(): Promise<void>;
}

/** The slot broke before the program began: nothing is known of the program. */
export class SlotLost extends Error {
  override readonly name = "SlotLost";
}
