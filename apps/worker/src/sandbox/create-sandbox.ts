// Owns: choosing a backend and making the sandbox that the rest of Gradus uses. Must not know: what an execution is worth.
import { availableParallelism } from "node:os";
import type { Backend } from "./backend.ts";
import { findBubblewrapBackend } from "./bubblewrap/bubblewrap-backend.ts";
import { ExecutionSlot, executeOn } from "./execution-slot.ts";
import { findPyodideBackend } from "./pyodide/pyodide-backend.ts";
import type { Sandbox } from "./sandbox.ts";
import { createFusionSandbox } from "./sandbox-fusion.ts";
import { overPool } from "./over-pool.ts";
import { SlotPool } from "./slot-pool.ts";

export interface SandboxOptions {
  /** Executions at once; the number of processors unless given. */
  readonly slots?: number;
  /** "auto" takes bubblewrap where it works and Pyodide otherwise; a named backend is never replaced by another. */
  readonly backend?: "auto" | "bubblewrap" | "pyodide" | "sandboxfusion";
  /** Base address of a SandboxFusion service; required by, and only for, that backend. */
  readonly url?: string;
  /** Slots beyond those, for bubblewrap's WARM mode; one for two slots unless given. For tests and measurements. */
  readonly spares?: number;
  /** Forces one way of bubblewrap, for tests and measurements; unless given, WARM where it works. */
  readonly mode?: Backend["mode"];
}

/** Makes a sandbox, its slots started. @throws Error where the backend asked for does not work here, saying why and what to do. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  if (options.backend === "sandboxfusion") {
    if (options.url === undefined) throw new Error("the sandboxfusion backend needs the url of a service");
    return createFusionSandbox({ url: options.url, slots: options.slots ?? availableParallelism() });
  }
  const { backend } = await chooseBackend(options);
  const slots = options.slots ?? availableParallelism();
  // Making a slot's processes is cheap where they are forked; elsewhere a spare slot would cost what it saves.
  const spares = backend.mode === "WARM" ? (options.spares ?? Math.ceil(slots / 2)) : 0;
  const pool = new SlotPool(slots, async () => new ExecutionSlot(backend.start), spares);
  await pool.fill((slot) => slot.launcher("python"));
  return overPool(backend.name, pool, (request, signal) => executeOn(pool, request, signal));
}

/** The backend that `options` leads to here, and why not another. @throws Error where there is none. */
export async function chooseBackend(options: SandboxOptions): Promise<{ backend: Backend; why: string }> {
  const asked = options.backend ?? "auto";
  const bubblewrap = asked === "pyodide" ? { why: "not asked for" } : await findBubblewrapBackend(options.mode);
  if ("start" in bubblewrap) return { backend: bubblewrap, why: asked === "auto" ? "bubblewrap works here" : "it was asked for" };
  if (asked === "bubblewrap") throw new Error(bubblewrap.why);
  const pyodide = await findPyodideBackend();
  if ("start" in pyodide) return { backend: pyodide, why: asked === "auto" ? bubblewrap.why : "it was asked for" };
  throw new Error(asked === "auto" ? `${bubblewrap.why}; ${pyodide.why}` : pyodide.why);
}
