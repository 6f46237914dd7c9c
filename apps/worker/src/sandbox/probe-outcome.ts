// Owns: what a reply, or the end of a process without one, means for a probe. Must not know: how replies come, expected outputs.
// Every line from the candidate's process is a claim.
import { PythonValueError, parseWire, strText } from "@gradus/domain/python-value";
import type { Ending } from "./confined-process.ts";
import type { ProbeOutcome, SandboxRequest } from "./sandbox.ts";

export const TAMPERED: ProbeOutcome = { outcome: "RUNTIME", detail: "the program wrote to the result channel: none of its answers counts" };

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
