// Owns: the checks every problem passes before it is stored (paper 2.5). Must not know: who wrote it, which sandbox runs it, the database.
import { environmentNamed } from "@gradus/domain";
import { differing } from "../sandbox/find-flaky.ts";
import { judge, probesOf } from "../sandbox/judge.ts";
import { DEFAULT_LIMITS, type Execution, type Sandbox } from "../sandbox/sandbox.ts";
import { findBanned } from "./banned-imports.ts";
import type { GeneratedProblem } from "./generate.ts";

/** Why a problem was refused; `BROKEN_SANDBOX` says nothing of the problem: ask again. */
export type Rejection =
  | "BANNED_CODE"
  | "TOO_LARGE"
  | "DUPLICATE"
  | "DOES_NOT_RUN"
  | "WRONG_OUTPUT"
  | "NOT_DETERMINISTIC"
  | "ONE_OUTPUT"
  | "BROKEN_SANDBOX";

export interface Validation {
  readonly kept: readonly GeneratedProblem[];
  readonly rejected: readonly { readonly problem: GeneratedProblem; readonly reason: Rejection; readonly detail: string }[];
}

/** Characters of a reference and of one test, inputs and output together. */
const MAX_REFERENCE = 4_000;
const MAX_TEST = 2_000;
/** Tries of one execution on a broken sandbox (design: 3, on at least two slots, which is the sandbox's to choose). */
const TRIES = 3;

/**
 * Executes each reference twice on all its inputs and keeps what runs, answers as claimed, both times alike, and not always the same.
 * The first of two problems with one syntax tree and one set of tests stays. Order is kept. Runs `sandbox.slots` problems at a time.
 */
export async function validateProblems(
  problems: readonly GeneratedProblem[],
  sandbox: Pick<Sandbox, "execute" | "slots">,
  signal?: AbortSignal,
): Promise<Validation> {
  const findings: (Finding | null)[] = [];
  const seen = new Set<string>();
  const duplicate = problems.map((problem) => {
    const key = JSON.stringify([problem.astHash, problem.content.message, problem.content.tests]);
    return seen.has(key) || !seen.add(key);
  });
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < problems.length) {
      const at = next++;
      findings[at] = duplicate[at]
        ? { reason: "DUPLICATE", detail: "the same program and tests came before" }
        : await check(problems[at]!, sandbox, signal);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(sandbox.slots, problems.length)) }, worker));
  return {
    kept: problems.filter((_, at) => findings[at] === null),
    rejected: problems.flatMap((problem, at) => (findings[at] ? [{ problem, ...findings[at] }] : [])),
  };
}

interface Finding {
  readonly reason: Rejection;
  readonly detail: string;
}

async function check({ content }: GeneratedProblem, sandbox: Pick<Sandbox, "execute">, signal?: AbortSignal): Promise<Finding | null> {
  const banned = findBanned(content.reference);
  if (banned !== null) return { reason: "BANNED_CODE", detail: banned };
  const testSize = Math.max(
    ...content.tests.map((test) => (test.kind === "call" ? test.args.length + test.expected.length : test.source.length)),
  );
  if (content.reference.length > MAX_REFERENCE || testSize > MAX_TEST)
    return { reason: "TOO_LARGE", detail: `reference ${content.reference.length}, test ${testSize} characters` };

  const request = {
    language: "python",
    source: content.reference,
    probes: probesOf(content.entryPoint, content.tests),
    limits: DEFAULT_LIMITS,
  } as const;
  // Another seed of `random` the second time, so that unseeded chance shows.
  const first = await executeSurely(() => sandbox.execute(request, signal));
  const second = first.outcome === "EXECUTED" ? await executeSurely(() => sandbox.execute({ ...request, seed: 1 }, signal)) : first;
  if (second.outcome === "SANDBOX_ERROR") return { reason: "BROKEN_SANDBOX", detail: second.detail ?? "" };
  if (first.outcome !== "EXECUTED" || second.outcome !== "EXECUTED")
    return { reason: "DOES_NOT_RUN", detail: `${first.outcome}: ${first.detail ?? ""}` };

  const outputs = outputsOf(first);
  const unstable = differing(first, second);
  if (unstable.length > 0)
    return { reason: "NOT_DETERMINISTIC", detail: `two executions differ in tests ${unstable.map((at) => at + 1).join(", ")}` };
  const failed = judge(first, content.tests, environmentNamed(content.environment).judging).tests.find((test) => test.verdict !== "OK");
  if (failed !== undefined)
    return {
      reason: failed.verdict === "WRONG" ? "WRONG_OUTPUT" : "DOES_NOT_RUN",
      detail: `${failed.verdict} ${failed.detail ?? ""}`.trim(),
    };
  return content.environment === "INDUCTION" && new Set(outputs).size < 2 ? { reason: "ONE_OUTPUT", detail: `always ${outputs[0]}` } : null;
}

function outputsOf(execution: Execution): string[] {
  return execution.probes.map((probe) => (probe.outcome === "RETURNED" ? probe.value : probe.outcome));
}

async function executeSurely(execute: () => Promise<Execution>): Promise<Execution> {
  let execution = await execute();
  for (let tries = 1; tries < TRIES && execution.outcome === "SANDBOX_ERROR"; tries++) execution = await execute();
  return execution;
}
