// Owns: what a backend of the sandbox is to the rest of it. Must not know: any one of them.
import type { Launcher } from "./confined-process.ts";
import type { Language } from "./sandbox.ts";

/** Who runs in a process: model-written code of a language, or a trusted check and nothing model-written. */
export type Guest = Language | "check";

export interface Backend {
  readonly name: "bubblewrap" | "pyodide";
  /** WARM: rollouts are forked from a running interpreter into fresh namespaces. COLD: each starts an interpreter of its own. */
  readonly mode: "WARM" | "COLD";
  /** Facts for people: which Python, how memory is bounded, why this mode. */
  readonly facts: readonly string[];
  /** Starts what makes processes for one slot. @throws Error where this backend does not offer the language */
  readonly start: (of: Guest) => Promise<Launcher>;
}
