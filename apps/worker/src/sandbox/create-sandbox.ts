// Owns: choosing a backend and making the sandbox that the rest of Gradus uses. Must not know: what an execution is worth.
import { availableParallelism } from "node:os";
import { ColdLauncher } from "./bubblewrap/cold-launcher.ts";
import { findBubblewrap, findPython, usrTree } from "./bubblewrap/python.ts";
import { layGround } from "./bubblewrap/slot-ground.ts";
import type { Launcher } from "./confined-process.ts";
import { CheckerLost } from "./run-check.ts";
import { type Ran, runRequest } from "./run-request.ts";
import type { Execution, Sandbox, SandboxRequest } from "./sandbox.ts";
import { type Slot, SlotPool } from "./slot-pool.ts";

export interface SandboxOptions {
  /** Executions at once; the number of processors unless given. */
  readonly slots?: number;
  /** "auto" takes bubblewrap where it works and Pyodide otherwise; a named backend is never replaced by another. */
  readonly backend?: "auto" | "bubblewrap" | "pyodide";
}

class ExecutionSlot implements Slot {
  readonly index: number;
  readonly candidates: Launcher;
  readonly #makeChecker: () => Launcher;
  #checkers: Launcher | null = null;

  constructor(index: number, candidates: Launcher, makeChecker: () => Launcher) {
    this.index = index;
    this.candidates = candidates;
    this.#makeChecker = makeChecker;
  }

  checkers = (): Launcher => (this.#checkers ??= this.#makeChecker());

  get healthy(): boolean {
    return this.candidates.healthy && this.#checkers?.healthy !== false;
  }

  async close(): Promise<void> {
    await Promise.all([this.candidates.close(), this.#checkers?.close()]);
  }
}

/** Makes a sandbox. @throws Error where the backend asked for does not work here, saying why. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const bubblewrap = await findBubblewrap();
  const python = await findPython();
  if (bubblewrap === null) throw new Error("bubblewrap is not installed: apt-get install bubblewrap");
  if (python === null) throw new Error("no python3 of 3.9 or later was found");
  const usr = await usrTree();
  const slots = options.slots ?? availableParallelism();
  const make = async (index: number): Promise<ExecutionSlot> =>
    new ExecutionSlot(
      index,
      new ColdLauncher(layGround(bubblewrap, python, usr, 2 * index)),
      () => new ColdLauncher(layGround(bubblewrap, python, usr, 2 * index + 1)),
    );
  const pool = new SlotPool(slots, make);
  return {
    backend: "bubblewrap",
    slots,
    execute: (request, signal) => execute(pool, request, signal),
    close: () => pool.close(),
  };
}

async function execute(pool: SlotPool<ExecutionSlot>, request: SandboxRequest, signal?: AbortSignal): Promise<Execution> {
  const run = (slot: ExecutionSlot): Promise<Ran> => guarded(request, slot, signal);
  const first = await pool.use(run);
  if (first.wallTimeout === null || signal?.aborted) return first.execution;
  const starved = (first.wallTimeout.starvedMs ?? Infinity) > 0.05 * request.limits.wallMs;
  return (await (starved ? pool.useAlone(run) : pool.use(run))).execution;
}

async function guarded(request: SandboxRequest, slot: ExecutionSlot, signal?: AbortSignal): Promise<Ran> {
  try {
    return await runRequest(request, slot.candidates, slot.checkers, signal);
  } catch (error) {
    if (!(error instanceof CheckerLost)) throw error;
    const execution: Execution = {
      outcome: "SANDBOX_ERROR",
      detail: error.message,
      probes: [],
      cpuMs: 0,
      wallMs: 0,
      stdout: "",
      stderr: "",
    };
    return { execution, wallTimeout: null };
  }
}
