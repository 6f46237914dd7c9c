// Owns: putting the guest's Python files together into the one program that a confined interpreter is started with.
import { readFileSync } from "node:fs";

/** The Python source of a guest: its parts in order, each defining names that later ones use. */
export function guestSource(parts: readonly string[]): string {
  return parts.map((part) => readFileSync(new URL(`${part}.py`, import.meta.url), "utf8")).join("\n");
}

export const CONVERSATION_PARTS = ["wire", "candidate", "checker", "converse"] as const;
export const COLD_PARTS = [...CONVERSATION_PARTS, "seccomp", "confine", "cold"] as const;
/** Starts the program that is its first argument, for interpreters that are forked from. */
export const BOOT_PARTS = ["boot"] as const;
export const WARM_PARTS = [...CONVERSATION_PARTS, "seccomp", "confine", "zygote"] as const;

/** For runtimes other than Python: confine, then become them. */
export const EXEC_PARTS = ["wire", "seccomp", "confine", "exec"] as const;
