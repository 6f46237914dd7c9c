// Owns: which sandbox a node's environment variables ask for. Must not know: any backend.
import { availableParallelism } from "node:os";
import type { SandboxOptions } from "./create-sandbox.ts";

const BACKENDS = ["auto", "bubblewrap", "pyodide", "sandboxfusion"] as const;

/**
 * GRADUS_SANDBOX_BACKEND (auto unless given), GRADUS_SANDBOX_URL (of a SandboxFusion service) and GRADUS_SANDBOX_SLOTS (the number of processors).
 * @throws RangeError that names the variable and what it may be
 */
export function sandboxOptions(env: NodeJS.ProcessEnv): SandboxOptions & { readonly slots: number } {
  const asked = env["GRADUS_SANDBOX_BACKEND"] ?? "auto";
  const backend = BACKENDS.find((name) => name === asked);
  if (backend === undefined) throw new RangeError(`GRADUS_SANDBOX_BACKEND: expected ${BACKENDS.join(", ")}, got ${asked}`);
  const slots = Number(env["GRADUS_SANDBOX_SLOTS"] ?? availableParallelism());
  if (!Number.isInteger(slots) || slots < 1)
    throw new RangeError(`GRADUS_SANDBOX_SLOTS: expected a whole number above 0, got ${env["GRADUS_SANDBOX_SLOTS"]}`);
  const url = env["GRADUS_SANDBOX_URL"];
  if (backend === "sandboxfusion" && (url === undefined || !URL.canParse(url)))
    throw new RangeError("GRADUS_SANDBOX_URL: expected the address of a SandboxFusion service, such as http://fusion:8080");
  return { backend, slots, ...(url === undefined ? {} : { url }) };
}
