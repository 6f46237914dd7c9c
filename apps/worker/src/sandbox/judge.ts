// Owns: turning what an execution brought back into verdicts, by comparing values on the trusted side. Must not know: how it was executed,
// or what a verdict is worth.
import type { HiddenTest } from "@gradus/domain/problem";
import { parsePythonLiteral } from "@gradus/domain/python-literal";
import { type SameValueOptions, parseWire, sameValue } from "@gradus/domain/python-value";
import type { ExecutionResult, TestResult } from "@gradus/domain/verdict";
import type { Execution, ProbeOutcome, SandboxProbe } from "./sandbox.ts";

const DETAIL_CHARS = 500;
/** Python's own `==` on numbers. */
const PYTHON_EQUALITY: SameValueOptions = { tolerance: 0, boolIsInt: true };

/** The probes that put `tests` to `entry`. They carry inputs and trusted checks, never an expected value. */
export function probesOf(entry: string, tests: readonly HiddenTest[]): SandboxProbe[] {
  return tests.map((test) =>
    test.kind === "call" ? { kind: "call", entry, args: test.args } : { kind: "check", entry, checkSource: test.source },
  );
}

/**
 * The verdicts of an execution of `probesOf(entry, tests)`, in the order of `tests`.
 * @throws PythonValueError where a test's expected value is no Python literal: the problem is broken, not the program
 */
export function judge(execution: Execution, tests: readonly HiddenTest[], options: SameValueOptions = {}): ExecutionResult {
  const { cpuMs, wallMs, stdout, stderr } = execution;
  const results = execution.outcome === "SANDBOX_ERROR" ? [] : tests.map((test, at) => judgeTest(test, execution.probes[at], options));
  return { verdict: execution.outcome, tests: results, cpuMs, wallMs, stdout, stderr };
}

function judgeTest(test: HiddenTest, outcome: ProbeOutcome | undefined, options: SameValueOptions): TestResult {
  if (outcome === undefined) return { verdict: "NOT_RUN" };
  if (outcome.outcome === "RETURNED") {
    if (test.kind !== "call") return { verdict: "WRONG", detail: "a value where a check was put" };
    const value = parseWire(outcome.value);
    if (sameValue(value, parsePythonLiteral(test.expected), test.exact === true ? PYTHON_EQUALITY : options)) return { verdict: "OK" };
    return {
      verdict: "WRONG",
      detail: (value.kind === "opaque" ? `returned an object of type ${value.typeName}` : "another value").slice(0, DETAIL_CHARS),
    };
  }
  if (outcome.outcome === "PASSED")
    return test.kind === "check" ? { verdict: "OK" } : { verdict: "WRONG", detail: "an answer without a value" };
  const detail = outcome.detail.slice(0, DETAIL_CHARS);
  return { verdict: outcome.outcome === "REFUTED" ? "WRONG" : outcome.outcome, detail };
}
