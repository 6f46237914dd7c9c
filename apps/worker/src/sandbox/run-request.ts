// Owns: one execution: the conversation with the candidate's process, and what each probe came to. Must not know: backends, the pool,
// expected outputs. Every line from the candidate's process is a claim: it counts only as the answer to the question that was asked.
import { type PythonValue, PythonValueError, parseWire, strText, strValue, toWire } from "@gradus/domain/python-value";
import { type BoundedText, keepBounded } from "./bounded-text.ts";
import type { ConfinedProcess, Ending, Launcher } from "./confined-process.ts";
import { ReplyLines } from "./reply-lines.ts";
import { runCheck } from "./run-check.ts";
import type { Execution, ProbeOutcome, SandboxRequest } from "./sandbox.ts";

/** A finished execution, and whether the wall clock ended it and so may have been the machine's fault. */
export interface Ran {
  readonly execution: Execution;
  readonly wallTimeout: { readonly starvedMs: number | null; readonly cpuMs: number } | null;
}

/** How long a process may take to end by itself after its last answer. What it answered stands in any case. */
const LEAVE_WITHIN_MS = 1_000;

export interface Dialogue {
  readonly process: ConfinedProcess;
  readonly lines: ReplyLines;
  readonly send: (line: string) => void;
}

/** Opens a confined process and puts the request to it. `dialogue.lines` gives null once it is gone. */
export async function open(
  launcher: Launcher,
  role: "candidate" | "check",
  source: string,
  entry: string,
  request: SandboxRequest,
): Promise<Dialogue> {
  const process = await launcher.launch(request.limits);
  const budget =
    role === "check" ? 64 * 2 ** 20 : Math.min(64 * 2 ** 20, (request.limits.outputBytes + 4096) * (2 * request.probes.length + 2));
  const hasCheck = request.probes.some((probe) => probe.kind === "check");
  const lines = new ReplyLines(process.channel, hasCheck ? 64 * 2 ** 20 : budget, () => process.kill());
  // The other end may be gone at any moment: writing then fails, and reading tells the story.
  process.channel.on("error", () => {});
  const values: PythonValue[] = [
    strValue(role),
    strValue(source),
    strValue(entry),
    int(request.limits.outputBytes),
    int(request.seed ?? 0),
  ];
  const send = (line: string): void => void process.channel.write(`${line}\n`, "latin1");
  send(toWire({ kind: "tuple", items: values }));
  return { process, lines, send };
}

const int = (value: number): PythonValue => ({ kind: "int", value: BigInt(value) });

/** Runs every probe of a request in one candidate process. Never throws for what the program does. */
export async function runRequest(
  request: SandboxRequest,
  candidates: Launcher,
  checkers: () => Promise<Launcher>,
  signal?: AbortSignal,
): Promise<Ran> {
  const dialogue = await open(candidates, "candidate", request.source, "", request);
  const { process, lines, send } = dialogue;
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
  const outcomes: ProbeOutcome[] = [];
  let syntax: string | null = null;

  const ready = (await lines.next()) === "H";
  const loaded = ready ? await lines.next() : null;
  if (loaded?.startsWith("S ")) syntax = readableError(loaded.slice(2));
  else if (loaded === "L") {
    let sent = 0;
    for (const [at, probe] of request.probes.entries()) {
      // Consecutive calls are sent together: waiting for each answer would cost a round trip a test.
      for (let next = request.probes[sent]; sent <= at || next?.kind === "call"; next = request.probes[++sent]) {
        if (next === undefined) break;
        if (next.kind === "call") send(`A ${strValue(next.entry).escaped} ${strValue(next.args).escaped}`);
        else if (sent > at) break;
      }
      const outcome = probe.kind === "call" ? readCall(await lines.next()) : await runCheck(probe, request, dialogue, await checkers());
      if (outcome === null) break;
      outcomes.push(outcome);
    }
  } else if (loaded !== null) {
    outcomes.push(readCall(loaded) ?? { outcome: "RUNTIME", detail: "the program did not load" });
  }

  const answered = outcomes.length === request.probes.length;
  process.channel.end();
  const leave = setTimeout(() => process.kill(), LEAVE_WITHIN_MS);
  if (!answered && loaded === "L") clearTimeout(leave);
  const ending = await process.ended;
  clearTimeout(leave);
  signal?.removeEventListener("abort", abort);
  await Promise.all([stdout.done, stderr.done]);
  if (!ready || ending.how === "LOST") return broken(ending, stderr);
  const tampered = lines.overflowed || lines.leftover;
  const probes = tampered ? request.probes.map(() => TAMPERED) : complete(outcomes, request, ending, flooded, syntax !== null);
  const base = { cpuMs: ending.cpuMs, wallMs: ending.wallMs, stdout: stdout.text(), stderr: stderr.text() };
  const execution: Execution =
    syntax === null ? { outcome: "EXECUTED", probes, ...base } : { outcome: "SYNTAX", detail: syntax, probes, ...base };
  const wallTimeout = !answered && syntax === null && ending.how === "WALL" ? { starvedMs: ending.starvedMs, cpuMs: ending.cpuMs } : null;
  return { execution, wallTimeout };
}

const TAMPERED: ProbeOutcome = { outcome: "RUNTIME", detail: "the program wrote to the result channel: none of its answers counts" };

function broken(ending: Ending, stderr: BoundedText): Ran {
  const detail = ending.detail ?? `the confined process never started (${ending.how} ${ending.code}): ${stderr.text().slice(0, 300)}`;
  return {
    execution: { outcome: "SANDBOX_ERROR", detail, probes: [], cpuMs: ending.cpuMs, wallMs: ending.wallMs, stdout: "", stderr: "" },
    wallTimeout: null,
  };
}

/** The event that ended the process is charged to the first probe without an answer; later ones were not run. */
function complete(
  outcomes: readonly ProbeOutcome[],
  request: SandboxRequest,
  ending: Ending,
  flooded: boolean,
  syntax: boolean,
): ProbeOutcome[] {
  const probes = [...outcomes];
  const rest = (): ProbeOutcome => ({ outcome: "NOT_RUN", detail: syntax ? "the program is not valid" : "the process had ended" });
  if (probes.length < request.probes.length && !syntax && (probes.length === 0 || outcomes.at(-1)?.outcome !== "NOT_RUN")) {
    const first = outcomes[0];
    // A program that failed while loading has its one event in `outcomes` already, and no answer after it.
    if (!(outcomes.length === 1 && first !== undefined && ending.how === "EXIT" && ending.code === 0 && first.outcome !== "RETURNED")) {
      probes.push(fromEnding(ending, request, flooded));
    }
  }
  while (probes.length < request.probes.length) probes.push(rest());
  return probes;
}

export function fromEnding(ending: Ending, request: SandboxRequest, flooded: boolean): ProbeOutcome {
  if (flooded) return { outcome: "OUTPUT_LIMIT", detail: `wrote far more than ${request.limits.outputBytes} bytes` };
  switch (ending.how) {
    case "CPU":
      return { outcome: "TIMEOUT", detail: `used more than ${request.limits.cpuMs} ms of CPU` };
    case "WALL":
      return { outcome: "TIMEOUT", detail: `took more than ${request.limits.wallMs} ms, ${Math.round(ending.cpuMs)} ms of them CPU` };
    case "MEMORY":
      return { outcome: "MEMORY", detail: `used more than ${request.limits.memoryMb} MB` };
    case "SIGNAL":
      return { outcome: "RUNTIME", detail: `ended by signal ${ending.code} before it answered` };
    case "KILLED":
      return { outcome: "TIMEOUT", detail: "ended from outside" };
    default:
      return { outcome: "RUNTIME", detail: `exited with status ${ending.code} before it answered` };
  }
}

/** What a reply to a call says, or null where there is none. A malformed reply is the program's doing. */
export function readCall(line: string | null): ProbeOutcome | null {
  if (line === null) return null;
  if (line.startsWith("R ")) {
    const value = line.slice(2);
    try {
      parseWire(value);
      return { outcome: "RETURNED", value };
    } catch (error) {
      // Only a program that forges its replies gets here.
      if (error instanceof PythonValueError) return { outcome: "RUNTIME", detail: `not a value: ${error.message}` };
      throw error;
    }
  }
  if (line === "M") return { outcome: "MEMORY", detail: "MemoryError" };
  if (line.startsWith("Z ")) return { outcome: "OUTPUT_LIMIT", detail: line.slice(2, 300) };
  if (line.startsWith("E ")) return { outcome: "RUNTIME", detail: readableError(line.slice(2)) };
  return { outcome: "RUNTIME", detail: "an answer that is none" };
}

/** `<type> <line> <escaped message>` as `Type: message (line n)`, at most 500 characters. */
export function readableError(text: string): string {
  const [type = "", line = "0", ...message] = text.split(" ");
  const said = strText(message.join(" ")).slice(0, 300);
  return `${type.slice(0, 100)}${said === "" ? "" : `: ${said}`}${line === "0" ? "" : ` (line ${line.slice(0, 10)})`}`;
}
