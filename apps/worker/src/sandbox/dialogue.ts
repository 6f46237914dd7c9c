// Owns: opening a confined process and what is said first. Must not know: what is said after that, backends, expected outputs.
import { type PythonValue, strValue, toWire } from "@gradus/domain/python-value";
import type { ConfinedProcess, Launcher } from "./confined-process.ts";
import { ReplyLines } from "./reply-lines.ts";
import type { SandboxRequest } from "./sandbox.ts";

export interface Dialogue {
  readonly process: ConfinedProcess;
  readonly lines: ReplyLines;
  readonly send: (line: string) => void;
}

/** Most programs have answered everything and ended by then. Where no check waits for an answer, each of them can wait for the end. */
const UNATTENDED_MS = 50;

/** Opens a confined process and puts the request to it. `dialogue.lines` gives null once it is gone. */
export async function open(
  launcher: Launcher,
  role: "candidate" | "check",
  source: string,
  entry: string,
  request: SandboxRequest,
): Promise<Dialogue> {
  const checks = request.probes.filter((probe) => probe.kind === "check").length;
  // While a check's own process starts and thinks, the candidate waits: that is no time of the candidate's.
  const unattendedMs = checks === 0 ? UNATTENDED_MS : 0;
  const process = await launcher.launch({ ...request.limits, wallMs: request.limits.wallMs * (1 + checks) }, unattendedMs);
  const budget =
    role === "check" ? 64 * 2 ** 20 : Math.min(64 * 2 ** 20, (request.limits.outputBytes + 4096) * (2 * request.probes.length + 2));
  const lines = new ReplyLines(process.channel, checks > 0 ? 64 * 2 ** 20 : budget, () => process.kill());
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
