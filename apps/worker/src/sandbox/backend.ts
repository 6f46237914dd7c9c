// Owns: what a backend of the sandbox is to the rest of it. Must not know: any one of them.
import type { Launcher } from "./confined-process.ts";

export interface Backend {
  readonly name: "bubblewrap" | "pyodide";
  /** WARM: rollouts are forked from a running interpreter into fresh namespaces. COLD: each starts an interpreter of its own. */
  readonly mode: "WARM" | "COLD";
  /** Facts for people: which Python, how memory is bounded, why this mode. */
  readonly facts: readonly string[];
  readonly start: () => Promise<Launcher>;
}
