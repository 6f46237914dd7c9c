// Owns: what every verb that talks to the API has in common: the flags --api and --json, Ctrl-C, exit codes in its help. Must not know: single verbs.
import type { Command } from "commander";
import { findApiUrl } from "../client/api-address.ts";
import type { Steered } from "../experiment/steer.ts";

export interface ApiOptions {
  readonly api?: string;
  readonly json?: boolean;
}

/** What a verb gets to work with. */
export interface VerbContext {
  readonly apiUrl: string;
  /** Print JSON on standard output and nothing else there. */
  readonly json: boolean;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Exit codes of verbs that talk to the API; `up` has the same. */
export const exitCodes = { ok: 0, failed: 1, refused: 2, unreachable: 3, interrupted: 130 } as const;

interface VerbHelp {
  readonly examples: readonly string[];
  /** What exit code 1 means here; absent where it means nothing in particular. */
  readonly failed?: string;
}

/** Adds the common flags and the help's end. */
export function withApi(command: Command, { examples, failed = "it failed" }: VerbHelp): Command {
  return command
    .option("--api <url>", "address of the API (default: GRADUS_API_URL, else the one that `gradus up` runs)")
    .option("--json", "print JSON for scripts")
    .addHelpText(
      "after",
      `\nExamples:\n${examples.map((example) => `  $ ${example}`).join("\n")}\n\nExit codes: 0 done; 1 ${failed}; 2 wrong usage or refused; 3 the API cannot be reached; 130 Ctrl-C`,
    );
}

/** Runs the verb and leaves its exit code; Ctrl-C ends it with 130 whatever it throws then. */
export async function runVerb({ api, json = false }: ApiOptions, work: (context: VerbContext) => Promise<number>): Promise<void> {
  const interrupted = new AbortController();
  process.once("SIGINT", () => interrupted.abort());
  process.once("SIGTERM", () => interrupted.abort());
  try {
    process.exitCode = await work({ apiUrl: findApiUrl(api), json, signal: interrupted.signal });
  } catch (error) {
    if (!interrupted.signal.aborted) throw error;
    process.exitCode = exitCodes.interrupted;
  }
}

/** One JSON document on standard output. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Says what was asked of whom. */
export function tellSteered(steered: readonly Steered[], what: (of: Steered) => string, { json }: VerbContext): number {
  if (json) printJson(steered);
  else for (const one of steered) process.stdout.write(`${one.id} ${what(one)}\n`);
  return exitCodes.ok;
}
