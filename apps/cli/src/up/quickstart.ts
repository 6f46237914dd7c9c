// Owns: the quickstart experiment after the servers are up. Must not know: how the servers were started.

export interface RunQuickstartInput {
  /** `http://127.0.0.1:<port>` of an API that is ready. */
  apiUrl: string;
  /** Fewer steps. */
  quick: boolean;
  /** Start another even where a finished or unfinished one is there. */
  fresh: boolean;
  /** Print the comparison as JSON, last, on standard output. */
  json: boolean;
  /** The caller ends right after; otherwise the servers stay up. */
  exit: boolean;
  /** Aborted when the user wants to stop; the experiment stays as it is and goes on at the next start. */
  signal: AbortSignal;
}

/** Runs the quickstart experiment, or goes on with an unfinished one, and returns its exit code. */
export async function runQuickstart(_input: RunQuickstartInput): Promise<number> {
  return 0;
}
