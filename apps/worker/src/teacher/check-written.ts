// Owns: whether what a teacher wrote is a problem: clean, running, deterministic, varied (paper 2.5). Must not know: who wrote it, the database.
import type { ExecutionSpec, ProblemContent, SynthesisEnvironment, TurnRejection } from "@gradus/domain";
import { composeFuzzing } from "@gradus/domain/environment/fuzzing";
import { pythonLiteralText } from "@gradus/domain/python-literal-text";
import { parseWire } from "@gradus/domain/python-value";
import { leaksCode } from "@gradus/domain/synthesis/teacher-reply";
import type { WrittenProblem } from "@gradus/domain/written-problem";
import { differing } from "../sandbox/find-flaky.ts";
import { DEFAULT_LIMITS, type Execution, type Sandbox, type SandboxRequest } from "../sandbox/sandbox.ts";
import { findBanned } from "./banned-imports.ts";

export type Checked =
  | { readonly content: ProblemContent; readonly outputs: readonly string[] }
  | { readonly rejection: TurnRejection; readonly detail: string; readonly outputs: readonly string[] | null };

/** The sandbox broke each time it was tried: nothing is known of what was written. */
export class BrokenSandbox extends Error {
  override readonly name = "BrokenSandbox";
}

/** Characters of a program and of one input or output. */
const MAX_PROGRAM = 4_000;
const MAX_VALUE = 2_000;
/** Executions on a broken sandbox before the machine is given up. */
const TRIES = 3;

interface Settings {
  readonly environment: SynthesisEnvironment;
  readonly visibleTests: number;
  readonly execution: Pick<ExecutionSpec, "cpuMs" | "memoryMb">;
}

const refuse = (rejection: TurnRejection, detail: string, outputs: readonly string[] | null = null): Checked => ({
  rejection,
  detail,
  outputs,
});

/** Runs it twice. @throws BrokenSandbox */
export async function checkWritten(
  written: WrittenProblem,
  { environment, visibleTests, execution }: Settings,
  sandbox: Pick<Sandbox, "execute">,
  signal?: AbortSignal,
): Promise<Checked> {
  const { program, inputs, message } = written;
  const banned = findBanned(program);
  if (banned !== null) return refuse("BANNED_CODE", `The program may not use this: ${banned}!`);
  if (program.length > MAX_PROGRAM || inputs.some((input) => input.length > MAX_VALUE))
    return refuse("TOO_LARGE", `A program may have ${MAX_PROGRAM} characters, an input ${MAX_VALUE}!`);
  if (leaksCode(message, program)) return refuse("LEAKS_CODE", "The message contains code of the solution!");

  const posed = environment === "FUZZING" ? composeFuzzing(program, inputs[0] ?? "") : null;
  const entry = posed?.entryPoint ?? "f";
  const request: SandboxRequest = {
    language: "python",
    source: posed?.reference ?? program,
    probes: inputs.map((args) => ({ kind: "call", entry, args })),
    limits: { ...DEFAULT_LIMITS, cpuMs: execution.cpuMs, wallMs: execution.cpuMs * 5, memoryMb: execution.memoryMb },
  };
  const first = await executeSurely(sandbox, request, signal);
  if (first.outcome === "SYNTAX") return refuse("DOES_NOT_RUN", `The program has a syntax error: ${first.detail ?? ""}`.trim());
  const failed = first.probes.findIndex((probe) => probe.outcome !== "RETURNED");
  if (failed !== -1 || first.probes.length < inputs.length) return refuse("DOES_NOT_RUN", whyNot(first, failed));
  // Another seed of `random`, so that chance shows.
  const second = await executeSurely(sandbox, { ...request, seed: 1 }, signal);
  const unstable = differing(first, second);
  if (unstable.length > 0)
    return refuse("NOT_DETERMINISTIC", `Two runs differ in the outputs of inputs ${unstable.map((at) => at + 1).join(", ")}!`);

  const outputs = first.probes.map((probe) => (probe.outcome === "RETURNED" ? pythonLiteralText(parseWire(probe.value)) : null));
  const nameless = outputs.indexOf(null);
  if (nameless !== -1) return refuse("DOES_NOT_RUN", `The output of input ${nameless + 1} is no plain Python value!`);
  const values = outputs.filter((output) => output !== null);
  if (values.some((value) => value.length > MAX_VALUE)) return refuse("TOO_LARGE", `An output may have ${MAX_VALUE} characters!`);
  if (posed !== null)
    return values[0] === "True"
      ? { content: posed, outputs: values }
      : refuse("DOES_NOT_RUN", "The input is not valid for pre_test_f, or test_f holds on it!", values);
  if (environment === "INDUCTION" && new Set(values).size < 2) return refuse("ONE_OUTPUT", `Every output is ${values[0]}!`, values);
  if (values.every((value) => value === "None")) return refuse("ONE_OUTPUT", "The function returns nothing!", values);
  return {
    outputs: values,
    content: {
      environment,
      message,
      entryPoint: "f",
      reference: program,
      tests: inputs.map((args, at) => ({ kind: "call", args, expected: values[at]! })),
      visibleTests: environment === "INDUCTION" ? visibleTests : 0,
    },
  };
}

function whyNot({ probes }: Execution, at: number): string {
  const probe = probes[at];
  const detail = probe !== undefined && "detail" in probe ? probe.detail.slice(0, 300) : "it was never run";
  return `Input ${Math.max(at, 0) + 1} gave no output: ${probe?.outcome ?? "NOT_RUN"} ${detail}`.trim();
}

async function executeSurely(sandbox: Pick<Sandbox, "execute">, request: SandboxRequest, signal?: AbortSignal): Promise<Execution> {
  for (let tries = 1; ; tries++) {
    const execution = await sandbox.execute(request, signal);
    signal?.throwIfAborted();
    if (execution.outcome !== "SANDBOX_ERROR") return execution;
    if (tries >= TRIES) throw new BrokenSandbox(`a broken sandbox: ${execution.detail ?? "no detail"}`);
  }
}
