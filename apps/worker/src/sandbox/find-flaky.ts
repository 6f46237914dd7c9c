// Owns: telling programs whose answers depend on chance or time from those that answer the same every time. Must not know: expected outputs.
import type { Execution, Sandbox, SandboxRequest } from "./sandbox.ts";

/**
 * Executes a request twice, with different seeds of `random`, and says which probes answered differently. What a program draws from
 * `os.urandom` or reads from the clock differs by itself. An empty list is no proof, only two equal answers. `null` where the machine failed.
 */
export async function findFlaky(sandbox: Sandbox, request: SandboxRequest, signal?: AbortSignal): Promise<number[] | null> {
  const first = await sandbox.execute({ ...request, seed: 1 }, signal);
  const second = await sandbox.execute({ ...request, seed: 2 }, signal);
  if (first.outcome === "SANDBOX_ERROR" || second.outcome === "SANDBOX_ERROR") return null;
  return differing(first, second);
}

/** Executions that come of one warm interpreter may find the same object at the same address: that they agree says nothing of the next one. */
const ADDRESS = /\bat 0x[\da-f]{6,}>/;

/** The probes that two executions of one request answered differently, or with an address in memory. */
export function differing(first: Execution, second: Execution): number[] {
  const count = Math.max(first.probes.length, second.probes.length);
  return Array.from({ length: count }, (_, at) => at).filter(
    (at) => answer(first, at) !== answer(second, at) || ADDRESS.test(answer(first, at)),
  );
}

/** What counts as the answer: the value, or which way it failed; wording and line numbers may vary. */
function answer(execution: Execution, at: number): string {
  const probe = execution.probes[at];
  return `${execution.outcome} ${probe?.outcome} ${probe?.outcome === "RETURNED" ? probe.value : ""}`;
}
