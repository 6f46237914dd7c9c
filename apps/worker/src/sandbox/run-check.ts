// Owns: one check: trusted code in a confined process of its own, asking the candidate's process through us. Must not know: backends.
import { PythonValueError, parseWire } from "@gradus/domain/python-value";
import { keepBounded } from "./bounded-text.ts";
import type { Launcher } from "./confined-process.ts";
import { type Dialogue, open } from "./dialogue.ts";
import { fromEnding, readableError, readCall } from "./probe-outcome.ts";
import type { ProbeOutcome, SandboxProbe, SandboxRequest } from "./sandbox.ts";

export type Check = SandboxProbe & { readonly kind: "check" };

export interface Checked {
  /** Null where the candidate's process ended before the check did. */
  readonly outcome: ProbeOutcome | null;
  /** Resolves once the checker's process is gone, and its launcher can make another. */
  readonly gone: Promise<unknown>;
}

/** Runs one check. Throws CheckerLost where the checker's own machine failed. */
export async function runCheck(check: Check, request: SandboxRequest, candidate: Dialogue, launcher: Launcher): Promise<Checked> {
  const checker = await open(launcher, "check", check.checkSource, check.entry, request);
  const { process, lines } = checker;
  const quiet = [process.stdout, process.stderr].map((stream) => keepBounded(stream, 4096, () => process.kill()));
  let relaying = true;
  void candidate.process.ended.then(() => relaying && process.kill());
  const outcome = await relay(check.entry, candidate, checker);
  relaying = false;
  if (outcome === "CANDIDATE_GONE") process.kill();
  const gone = (async () => {
    const ending = await process.ended;
    await Promise.all([lines.done, ...quiet.map((text) => text.done)]);
    process.channel.destroy();
    return ending;
  })();
  if (outcome === "CANDIDATE_GONE") return { outcome: null, gone };
  if (outcome !== "CHECKER_GONE") return { outcome, gone };
  const ending = await gone;
  if (ending.how === "KILLED") return { outcome: null, gone };
  if (ending.how === "LOST") throw new CheckerLost(ending.detail ?? "the checker's process was lost");
  const told = fromEnding(ending, request, false);
  return { outcome: told.outcome === "RUNTIME" ? { outcome: "REFUTED", detail: `the check ${told.detail}` } : told, gone };
}

/** The machine failed under trusted code: the caller makes it a SANDBOX_ERROR. */
export class CheckerLost extends Error {
  override readonly name = "CheckerLost";
}

async function relay(entry: string, candidate: Dialogue, checker: Dialogue): Promise<ProbeOutcome | "CANDIDATE_GONE" | "CHECKER_GONE"> {
  let failure: ProbeOutcome | null = null;
  for (;;) {
    const line = await checker.lines.next();
    if (line === null) return "CHECKER_GONE";
    if (line === "P") return { outcome: "PASSED" };
    if (line.startsWith("F ")) return { outcome: "REFUTED", detail: readableError(line.slice(2)) };
    if (line.startsWith("X ")) return failure ?? { outcome: "RUNTIME", detail: readableError(line.slice(2)) };
    if (!line.startsWith("C ")) continue; // "H", said once ready
    candidate.send(`C ${entry} ${line.slice(2)}`);
    const reply = await candidate.lines.next();
    const told = readCall(reply);
    if (reply === null || told === null) return "CANDIDATE_GONE";
    if (told.outcome === "RETURNED" && isCallReply(told.value)) checker.send(reply);
    else {
      failure = told;
      checker.send(reply.startsWith("E ") ? reply : `E ${told.outcome === "MEMORY" ? "MemoryError" : "ValueError"} 0 `);
    }
  }
}

/** A tuple of the result, and of the call's arguments where it changed them. */
function isCallReply(wire: string): boolean {
  try {
    const value = parseWire(wire);
    if (value.kind !== "tuple") return false;
    const [, after] = value.items;
    if (value.items.length === 1) return true;
    return value.items.length === 2 && after?.kind === "tuple" && after.items[0]?.kind === "tuple" && after.items[1]?.kind === "dict";
  } catch (error) {
    if (error instanceof PythonValueError) return false;
    throw error;
  }
}
