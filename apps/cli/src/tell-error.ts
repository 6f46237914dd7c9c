// Owns: errors as the terminal shows them, and the exit codes scripts see. Must not know: single verbs.
import { CommanderError } from "commander";
import pc from "picocolors";
import { fieldLines, RefusedError } from "./client/refused.ts";
import { UnusableError } from "./up/unusable.ts";

/** 1 failed; 2 wrong usage or refused; 3 the machine lacks something; 0 when it was only --help. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof RefusedError) return 2;
  return error instanceof UnusableError ? 3 : 1;
}

/** Prints an error to standard error: what, why and what to do where it knows them; a stack only with GRADUS_DEBUG set. */
export function tellError(error: unknown): void {
  if (error instanceof UnusableError) {
    console.error(`\n${pc.red(error.what)}\n  why: ${error.why}\n  what to do: ${error.whatToDo}`);
  } else if (error instanceof RefusedError) {
    console.error(`\n${pc.red("Refused")}: ${error.message}`);
    for (const line of fieldLines(error.fields)) console.error(`  ${line}`);
  } else {
    console.error(`\n${pc.red("Failed")}: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (process.env["GRADUS_DEBUG"] && error instanceof Error) console.error(error.stack, error.cause ?? "");
}
