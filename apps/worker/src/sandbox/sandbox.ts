// Owns: the port through which model-written code is executed. Must not know: expected outputs, rewards, rollouts, the database.

/** Hard limits of one execution. CPU decides a TIMEOUT; the wall clock is a backstop of at least five times the CPU limit. */
export interface SandboxLimits {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly memoryMb: number;
  /** Bytes kept of stdout, of stderr, and of each returned value's wire form. */
  readonly outputBytes: number;
}

export const DEFAULT_LIMITS: SandboxLimits = { cpuMs: 2_000, wallMs: 10_000, memoryMb: 256, outputBytes: 64 * 1024 };

/**
 * What to do with the candidate's program after it is loaded. `call`: evaluate `entry(<args>)`, where `args` is Python source of an
 * argument list, and bring back the value. `check`: run the trusted `checkSource` (defines `check(candidate)`) in a sandbox of its own,
 * with `candidate` a proxy to `entry` in the candidate's process, so the candidate never sees what is expected.
 */
export type SandboxProbe =
  | { readonly kind: "call"; readonly entry: string; readonly args: string }
  | { readonly kind: "check"; readonly entry: string; readonly checkSource: string };

/** `args` and `source` are in this language. Checks are Python in either case: values cross over. */
export type Language = "python" | "javascript";

export interface SandboxRequest {
  readonly language: Language;
  readonly source: string;
  readonly probes: readonly SandboxProbe[];
  readonly limits: SandboxLimits;
  /** Seeds Python's `random` before the program is loaded; 0 unless given. Another seed is how flaky programs are found. */
  readonly seed?: number;
  /** SHARED, the default: all probes in one process, in order. PER_PROBE: the program is loaded anew for each, with limits of its own. */
  readonly processes?: "SHARED" | "PER_PROBE";
}

/** RETURNED carries the canonical wire form of the value (domain/python-value.ts) for `call`; PASSED / REFUTED answer a `check`. */
export type ProbeOutcome =
  | { readonly outcome: "RETURNED"; readonly value: string }
  | { readonly outcome: "PASSED" }
  | { readonly outcome: "REFUTED"; readonly detail: string }
  | { readonly outcome: "TIMEOUT" | "MEMORY" | "RUNTIME" | "OUTPUT_LIMIT" | "NOT_RUN"; readonly detail: string };

/** SANDBOX_ERROR: the machine failed, nothing is known of the program; the caller retries on another slot. */
export interface Execution {
  readonly outcome: "EXECUTED" | "SYNTAX" | "SANDBOX_ERROR";
  readonly detail?: string;
  readonly probes: readonly ProbeOutcome[];
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Sandbox {
  readonly backend: "bubblewrap" | "pyodide" | "sandboxfusion";
  /** How many executions run at once; further ones wait in line. */
  readonly slots: number;
  /** Never throws for what the program does; a broken machine is a SANDBOX_ERROR in the result. Aborting ends the program. */
  execute(request: SandboxRequest, signal?: AbortSignal): Promise<Execution>;
  /** For the record of a node: what runs and waits now, and what was counted since the sandbox was made. */
  load(): SandboxLoad;
  close(): Promise<void>;
}

/** Times in milliseconds, summed over executions. `leakedProcesses` live though no execution accounts for them, and must stay 0. */
export interface SandboxLoad {
  readonly running: number;
  readonly waiting: number;
  readonly finished: number;
  readonly sandboxErrors: number;
  readonly busyMs: number;
  readonly queueWaitMs: number;
  readonly replacedSlots: number;
  readonly leakedProcesses: number;
}
