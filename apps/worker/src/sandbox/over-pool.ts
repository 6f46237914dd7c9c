// Owns: what every sandbox is made of: a pool, a way to execute on it, and the count of what went wrong. Must not know: backends.
import type { Execution, Sandbox, SandboxRequest } from "./sandbox.ts";
import type { Slot, SlotPool } from "./slot-pool.ts";

/** A sandbox over `pool`. Aborted executions and those after `close` are no errors of the machine, and are not counted as such. */
export function overPool<S extends Slot>(
  backend: Sandbox["backend"],
  pool: SlotPool<S>,
  execute: (request: SandboxRequest, signal?: AbortSignal) => Promise<Execution>,
): Sandbox {
  let sandboxErrors = 0;
  let closed = false;
  return {
    backend,
    slots: pool.size,
    execute: async (request, signal) => {
      const execution = await execute(request, signal);
      if (execution.outcome === "SANDBOX_ERROR" && !signal?.aborted && !closed) sandboxErrors += 1;
      return execution;
    },
    load: () => ({ ...pool.load(), sandboxErrors }),
    close: async () => {
      closed = true;
      await pool.close();
    },
  };
}
