// Owns: executing requests on the slots of a pool, and what is tried once more. Must not know: backends, expected outputs.
import type { Backend, Guest } from "./backend.ts";
import type { Launcher } from "./confined-process.ts";
import { apart, executeEach } from "./execute-each.ts";
import { type Ran, runRequest } from "./run-request.ts";
import type { Execution, SandboxRequest } from "./sandbox.ts";
import type { Slot, SlotPool } from "./slot-pool.ts";

/** A place where one execution runs at a time: what makes its processes, one maker for each language and one for checks, started when first needed. */
export class ExecutionSlot implements Slot {
  readonly #start: Backend["start"];
  readonly #launchers = new Map<Guest, Launcher>();
  #condemned = false;

  constructor(start: Backend["start"]) {
    this.#start = start;
  }

  /** The maker of a language's candidates, or of checkers. */
  async launcher(of: Guest): Promise<Launcher> {
    const launcher = this.#launchers.get(of) ?? (await this.#start(of));
    this.#launchers.set(of, launcher);
    return launcher;
  }

  /** After a broken machine: whatever comes next runs on another slot. */
  condemn(): void {
    this.#condemned = true;
  }

  get healthy(): boolean {
    return !this.#condemned && [...this.#launchers.values()].every((launcher) => launcher.healthy);
  }

  strays(): number {
    return [...this.#launchers.values()].reduce((sum, launcher) => sum + launcher.strays(), 0);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#launchers.values()].map((launcher) => launcher.close()));
  }
}

/** A program that waited this share of its wall time for a processor was held up by the machine, not by itself. */
const STARVED_SHARE = 0.05;

/** Executes on the next free slot. A wall-clock TIMEOUT stands only when it comes again: alone, where the machine may have been the cause. */
export async function executeOn(pool: SlotPool<ExecutionSlot>, request: SandboxRequest, signal?: AbortSignal): Promise<Execution> {
  if (apart(request)) return await executeEach(request, (part) => executeOn(pool, part, signal));
  const run = async (slot: ExecutionSlot, leave: () => void): Promise<Ran> => {
    if (signal?.aborted) throw new Error("the execution was aborted");
    const launcher = await slot.launcher(request.language);
    let ran: Ran | null = null;
    try {
      ran = await runRequest(request, launcher, () => slot.launcher("check"), leave, signal);
      return ran;
    } finally {
      if (ran === null || (ran.execution.outcome === "SANDBOX_ERROR" && !signal?.aborted)) slot.condemn();
    }
  };
  try {
    const first = await pool.use(run);
    if (first.wallTimeout === null || signal?.aborted) return first.execution;
    const starved = (first.wallTimeout.starvedMs ?? Infinity) > STARVED_SHARE * request.limits.wallMs;
    return (await (starved ? pool.useAlone(run) : pool.use(run))).execution;
  } catch (error) {
    // Whatever is thrown on the way is the machine's: what a program does is never an exception here.
    const detail = error instanceof Error ? error.message : String(error);
    return { outcome: "SANDBOX_ERROR", detail, probes: [], cpuMs: 0, wallMs: 0, stdout: "", stderr: "" };
  }
}
