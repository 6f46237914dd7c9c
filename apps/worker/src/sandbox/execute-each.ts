// Owns: executing each probe of a request in a process of its own. Must not know: backends, the pool.
import type { Execution, ProbeOutcome, SandboxRequest } from "./sandbox.ts";

/** Whether the request asks for more than one process. */
export const apart = ({ processes, probes }: SandboxRequest): boolean => processes === "PER_PROBE" && probes.length > 1;

/** Each probe in a process of its own, merged into one execution. */
export async function executeEach(request: SandboxRequest, execute: (part: SandboxRequest) => Promise<Execution>): Promise<Execution> {
  const parts = await Promise.all(request.probes.map((probe) => execute({ ...request, probes: [probe], processes: "SHARED" })));
  const worst = parts.find((part) => part.outcome === "SANDBOX_ERROR") ?? parts.find((part) => part.outcome === "SYNTAX") ?? parts[0];
  const { outcome = "EXECUTED", detail } = worst ?? {};
  const unknown: ProbeOutcome = { outcome: "NOT_RUN", detail: "" };
  return {
    outcome,
    ...(detail === undefined ? {} : { detail }),
    probes: outcome === "SANDBOX_ERROR" ? [] : parts.map((part) => part.probes[0] ?? unknown),
    cpuMs: parts.reduce((sum, part) => sum + part.cpuMs, 0),
    wallMs: Math.max(...parts.map((part) => part.wallMs)),
    stdout: parts.map((part) => part.stdout).join(""),
    stderr: parts.map((part) => part.stderr).join(""),
  };
}
