// Owns: one execution: the conversation with the candidate's process, and what each probe came to. Must not know: backends, the pool,
// expected outputs. Every line from the candidate's process is a claim: it counts only as the answer to the question that was asked.
import { strValue } from "@gradus/domain/python-value";
import { type BoundedText, keepBounded } from "./bounded-text.ts";
import type { Ending, Launcher } from "./confined-process.ts";
import { type Dialogue, open } from "./dialogue.ts";
import { TAMPERED, fromEnding, readCall, readableError } from "./probe-outcome.ts";
import { type Check, runCheck } from "./run-check.ts";
import type { Execution, ProbeOutcome, SandboxRequest } from "./sandbox.ts";

/** A finished execution, and whether the wall clock ended it and so may have been the machine's fault. */
export interface Ran {
  readonly execution: Execution;
  readonly wallTimeout: { readonly starvedMs: number | null; readonly cpuMs: number } | null;
}

/** How long a process may take to end by itself after its last answer. What it answered stands in any case. */
const LEAVE_WITHIN_MS = 200;

/**
 * Runs every probe of a request in one candidate process, and returns once every process of it is gone. `leave` is called earlier, when the last answer
 * is there and only ending is left. Never throws for what the program does.
 */
export async function runRequest(
  request: SandboxRequest,
  candidates: Launcher,
  checkers: () => Promise<Launcher>,
  leave: () => void,
  signal?: AbortSignal,
): Promise<Ran> {
  const dialogue = await open(candidates, "candidate", request.source, "", request);
  const { process, lines } = dialogue;
  const abort = (): void => process.kill();
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  let flooded = false;
  const flood = (): void => {
    flooded = true;
    process.kill();
  };
  const stdout = keepBounded(process.stdout, request.limits.outputBytes, flood);
  const stderr = keepBounded(process.stderr, request.limits.outputBytes, flood);

  // A slot makes one checker's process at a time: the next check waits until the one before has gone, its verdict does not.
  let checked: Promise<unknown> = Promise.resolve();
  const check = async (one: Check): Promise<ProbeOutcome | null> => {
    await checked;
    const { outcome, gone } = await runCheck(one, request, dialogue, await checkers());
    checked = gone;
    return outcome;
  };
  const asked = askAhead(dialogue, request, 0);
  const said = await hear(lines, request, () => probe(dialogue, request, asked, check));
  let lingering: NodeJS.Timeout | undefined;
  if (said.over) {
    lingering = setTimeout(() => process.kill(), LEAVE_WITHIN_MS);
    leave();
  } else process.channel.end();
  const ending = await process.ended;
  clearTimeout(lingering);
  signal?.removeEventListener("abort", abort);
  await Promise.all([lines.done, stdout.done, stderr.done, checked]);
  process.channel.destroy();

  if (signal?.aborted) return broken({ ...ending, detail: "the execution was aborted" }, stderr);
  if (!said.ready || ending.how === "LOST") return broken(ending, stderr);
  const tampered = lines.overflowed || lines.leftover;
  const probes = tampered ? request.probes.map(() => TAMPERED) : complete(said, request, ending, flooded);
  const base = { probes, cpuMs: ending.cpuMs, wallMs: ending.wallMs, stdout: stdout.text(), stderr: stderr.text() };
  const execution: Execution =
    said.syntax === null ? { outcome: "EXECUTED", ...base } : { outcome: "SYNTAX", detail: said.syntax, ...base };
  const wallTimeout = !said.over && ending.how === "WALL" ? { starvedMs: ending.starvedMs, cpuMs: ending.cpuMs } : null;
  return { execution, wallTimeout };
}

/** What was said until the end: `over` where nothing more was to be said, so that how the process ends is no answer to anything. */
export interface Said {
  readonly ready: boolean;
  readonly over: boolean;
  readonly syntax: string | null;
  readonly outcomes: readonly ProbeOutcome[];
}

/** Reads what a guest says from its first word on; `answers` reads the answers to the probes once the program is loaded. */
export async function hear(
  lines: { next(): Promise<string | null> },
  request: SandboxRequest,
  answers: () => Promise<ProbeOutcome[]>,
): Promise<Said> {
  const silent = { ready: false, over: false, syntax: null, outcomes: [] };
  if ((await lines.next()) !== "H") return silent;
  const loaded = await lines.next();
  if (loaded === null) return { ...silent, ready: true };
  if (loaded.startsWith("S ")) return { ready: true, over: true, syntax: readableError(loaded.slice(2)), outcomes: [] };
  const failed = loaded === "L" ? null : readCall(loaded);
  if (failed !== null) return { ready: true, over: true, syntax: null, outcomes: request.probes.length > 0 ? [failed] : [] };
  const outcomes = await answers();
  return { ready: true, over: outcomes.length === request.probes.length, syntax: null, outcomes };
}

/** What is said when nothing more will be asked: the process then ends. */
const DISMISSED = "";

/**
 * Puts the calls that stand together from probe `from` on, in one write, the first with the request itself: waiting for each answer would cost a
 * round trip a test, and each write wakes the process. The last of all takes the dismissal along, so that the process need not be woken to end. What
 * the program may read ahead of its time are inputs of its own tests.
 * @returns the first probe that was not put
 */
function askAhead({ send }: Dialogue, { probes }: SandboxRequest, from: number): number {
  const lines: string[] = [];
  for (let next = probes[from]; next?.kind === "call"; next = probes[from + lines.length]) {
    lines.push(`A ${strValue(next.entry).escaped} ${strValue(next.args).escaped}`);
  }
  const until = from + lines.length;
  if (until === probes.length) lines.push(DISMISSED);
  if (lines.length > 0) send(lines.join("\n"));
  return until;
}

/** Puts every probe from `asked` on and reads all answers, up to the first that does not come. */
async function probe(
  dialogue: Dialogue,
  request: SandboxRequest,
  asked: number,
  check: (one: Check) => Promise<ProbeOutcome | null>,
): Promise<ProbeOutcome[]> {
  const outcomes: ProbeOutcome[] = [];
  let next = asked;
  for (const [at, one] of request.probes.entries()) {
    if (at === next) next = one.kind === "call" ? askAhead(dialogue, request, at) : at + 1;
    const outcome = one.kind === "call" ? readCall(await dialogue.lines.next()) : await check(one);
    if (outcome === null) break;
    outcomes.push(outcome);
  }
  if (request.probes.at(-1)?.kind === "check") dialogue.send(DISMISSED);
  return outcomes;
}

function broken(ending: Ending, stderr: BoundedText): Ran {
  const detail = ending.detail ?? `the confined process never started (${ending.how} ${ending.code}): ${stderr.text().slice(0, 300)}`;
  return {
    execution: { outcome: "SANDBOX_ERROR", detail, probes: [], cpuMs: ending.cpuMs, wallMs: ending.wallMs, stdout: "", stderr: "" },
    wallTimeout: null,
  };
}

/** The event that ended the process is charged to the first probe without an answer; later ones were not run. */
export function complete(said: Said, request: SandboxRequest, ending: Ending, flooded: boolean): ProbeOutcome[] {
  const probes = said.over ? [...said.outcomes] : [...said.outcomes, fromEnding(ending, request, flooded)];
  const detail = said.syntax === null ? "the program had failed or ended before" : "the program is not valid";
  return request.probes.map((_, at) => probes[at] ?? { outcome: "NOT_RUN", detail });
}
