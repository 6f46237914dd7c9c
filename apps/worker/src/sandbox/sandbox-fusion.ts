// Owns: executing on somebody's SandboxFusion service (github.com/bytedance/SandboxFusion, `POST /run_code`) behind the same port.
// Must not know: expected outputs. The service's isolation is the service's: ours is that the trusted side compares values here as well.
import { randomUUID } from "node:crypto";
import { strValue } from "@gradus/domain/python-value";
import { apart, executeEach } from "./execute-each.ts";
import { guestSource } from "./guest/guest-source.ts";
import { TAMPERED, readCall } from "./probe-outcome.ts";
import { complete, hear } from "./run-request.ts";
import type { Execution, ProbeOutcome, Sandbox, SandboxRequest } from "./sandbox.ts";
import type { Ending } from "./confined-process.ts";
import { overPool } from "./over-pool.ts";
import { SlotPool } from "./slot-pool.ts";

export interface FusionOptions {
  /** Base address, without `/run_code`. */
  readonly url: string;
  /** Requests at once. */
  readonly slots: number;
  /** Milliseconds beyond `wallMs` until a request that is not answered counts as lost; 10,000 unless given. */
  readonly graceMs?: number;
}

/** What `/run_code` answers, as far as it is read. `Failed` is a program that failed, `SandboxError` a service that did. */
interface RunCodeResponse {
  readonly status: "Success" | "Failed" | "SandboxError";
  readonly message?: string;
  readonly run_result?: {
    readonly status: "Finished" | "Error" | "TimeLimitExceeded";
    readonly execution_time?: number | null;
    readonly return_code?: number | null;
    readonly stdout?: string | null;
    readonly stderr?: string | null;
  } | null;
}

/** Bytes of each stream that the service keeps. */
const SERVICE_KEEPS = 2 ** 20;
/** What stands in place of a stream that is no UTF-8: nothing of it is left, not even our own lines. Only the program can have written that. */
const UNDECODABLE = "[DecodeError] ";
const NO_TEXT: ProbeOutcome = {
  outcome: "RUNTIME",
  detail: "the program printed bytes that are no UTF-8, and with them the service lost its answers",
};

/** A sandbox whose executions are HTTP requests. Checks are refused: they need a channel between two processes. */
export function createFusionSandbox(options: FusionOptions): Sandbox {
  const pool = new SlotPool(options.slots, async () => ({ healthy: true, strays: () => 0, close: async () => {} }));
  const execute = async (request: SandboxRequest, signal?: AbortSignal): Promise<Execution> => {
    if (apart(request)) return await executeEach(request, (part) => execute(part, signal));
    try {
      const run = () => pool.use(() => runCode(options, request, signal));
      const first = await run();
      // A service tells no CPU time, so a TIMEOUT of its wall clock may be its own doing: it stands when it comes again.
      return first.late && !signal?.aborted ? (await run()).execution : first.execution;
    } catch (error) {
      // No connection, no answer in time, an answer that is none: the program may never have run.
      return lost(error instanceof Error ? error.message : String(error)).execution;
    }
  };
  return overPool("sandboxfusion", pool, execute);
}

interface Answered {
  readonly execution: Execution;
  /** Whether the service's clock ended it. */
  readonly late: boolean;
}

const lost = (detail: string): Answered => ({
  execution: { outcome: "SANDBOX_ERROR", detail, probes: [], cpuMs: 0, wallMs: 0, stdout: "", stderr: "" },
  late: false,
});

async function runCode(options: FusionOptions, request: SandboxRequest, signal?: AbortSignal): Promise<Answered> {
  if (request.language !== "python") return lost(`this adapter runs Python, not ${request.language}`);
  if (request.probes.some((probe) => probe.kind === "check")) return lost("a SandboxFusion service cannot run checks");
  // Tells our lines from what the program prints. The program can find it; then it can tell a value, as it always can.
  const mark = randomUUID();
  const { limits } = request;
  const deadline = AbortSignal.timeout(limits.wallMs + (options.graceMs ?? 10_000));
  const response = await fetch(new URL("run_code", options.url.replace(/\/?$/u, "/")), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      code: program(request, mark),
      language: "python",
      run_timeout: limits.wallMs / 1000,
      memory_limit_MB: limits.memoryMb + 64,
    }),
    signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
  });
  if (!response.ok) return lost(`the service answered ${response.status}`);
  const answer = (await response.json()) as RunCodeResponse;
  const ran = answer.run_result;
  if (answer.status === "SandboxError" || ran === null || ran === undefined || ran.status === "Error") {
    return lost(`the service failed: ${answer.status} ${answer.message ?? ""}`.trim());
  }
  return await interpret(request, ran, mark);
}

/** The guest with the questions in it, because there is no channel to ask them on; the answers are marked lines of stdout. */
function program(request: SandboxRequest, mark: string): string {
  const questions = request.probes.map((probe) =>
    probe.kind === "call" ? `A ${strValue(probe.entry).escaped} ${strValue(probe.args).escaped}` : "",
  );
  // JSON texts of ASCII are Python literals.
  const source = JSON.stringify(strValue(request.source).escaped);
  return [
    guestSource(["wire", "candidate", "confine"]),
    `most = base_address_space() + ${request.limits.memoryMb * 2 ** 20}`,
    "resource.setrlimit(resource.RLIMIT_AS, (most, most))",
    `resource.setrlimit(resource.RLIMIT_CPU, (${Math.ceil(request.limits.cpuMs / 1000)}, ${Math.ceil(request.limits.cpuMs / 1000) + 1}))`,
    "import random",
    `random.seed(${request.seed ?? 0})`,
    `questions = iter(${JSON.stringify(questions)})`,
    `def say(text, write=os.write):`,
    `    write(1, ("\\n${mark} " + text + "\\n").encode("ascii"))`,
    `say("H")`,
    `serve_candidate(lambda: next(questions, ""), say, codecs.decode(${source}, "unicode_escape"), ${request.limits.outputBytes})`,
    "os._exit(0)",
  ].join("\n");
}

async function interpret(request: SandboxRequest, ran: NonNullable<RunCodeResponse["run_result"]>, mark: string): Promise<Answered> {
  const stdout = ran.stdout ?? "";
  // A line without an end was cut.
  const lines = stdout.split("\n").slice(0, -1);
  const said = lines.filter((line) => line.startsWith(`${mark} `)).map((line) => line.slice(mark.length + 1));
  const next = async (): Promise<string | null> => said.shift() ?? null;
  const heard = await hear({ next }, request, async () => {
    const outcomes: ProbeOutcome[] = [];
    for (const _ of request.probes) {
      const outcome = readCall(await next());
      if (outcome === null) break;
      outcomes.push(outcome);
    }
    return outcomes;
  });
  const ending = endingOf(ran);
  const unreadable = stdout.startsWith(UNDECODABLE);
  if (!heard.ready && !unreadable) return lost(`the program never started: ${ran.stderr?.slice(0, 300) ?? ""}`);
  const cut = (text: string): string =>
    text.length > request.limits.outputBytes ? `${text.slice(0, request.limits.outputBytes)}…[cut]` : text;
  // Each of our lines brought a newline of its own before it.
  const printed = stdout.replaceAll(new RegExp(`\n${mark} [^\n]*\n`, "gu"), "");
  const flooded = Buffer.byteLength(stdout) >= SERVICE_KEEPS;
  const probes = unreadable
    ? request.probes.map(() => NO_TEXT)
    : said.length > 0
      ? request.probes.map(() => TAMPERED)
      : complete(heard, request, ending, flooded);
  const base = { probes, cpuMs: ending.cpuMs, wallMs: ending.wallMs, stdout: cut(printed), stderr: cut(ran.stderr ?? "") };
  const execution: Execution =
    heard.syntax === null ? { outcome: "EXECUTED", ...base } : { outcome: "SYNTAX", detail: heard.syntax, ...base };
  return { execution, late: !heard.over && ending.how === "WALL" };
}

/** The service tells wall time only; a death by SIGXCPU is the CPU limit that the guest set itself. */
function endingOf(ran: NonNullable<RunCodeResponse["run_result"]>): Ending {
  const wallMs = (ran.execution_time ?? 0) * 1000;
  const code = ran.return_code ?? 0;
  const signal = code < 0 ? -code : code > 128 ? code - 128 : 0;
  const times = { cpuMs: wallMs, wallMs, starvedMs: null };
  if (ran.status === "TimeLimitExceeded") return { how: "WALL", code, ...times };
  if (signal === 24) return { how: "CPU", code: signal, ...times };
  return signal > 0 ? { how: "SIGNAL", code: signal, ...times } : { how: "EXIT", code, ...times };
}
