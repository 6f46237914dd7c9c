// Owns: the interface every environment satisfies. Must not know: any environment, the sandbox, the database.
import type { EnvironmentName, ProblemContent } from "../problem.ts";
import type { ExecutionResult } from "../verdict.ts";
import type { WrittenProblem } from "../written-problem.ts";

/** The parts of a problem an environment reads: no id, so what it makes is a function of the content alone. */
export type PosedProblem = Pick<
  ProblemContent,
  "message" | "entryPoint" | "reference" | "tests" | "visibleTests" | "match" | "task" | "inputs"
>;

/** How answers are compared with what is expected, and in how many processes the tests of a rollout run. */
export interface Judging {
  /** Numbers are equal where they differ by at most `tolerance x max(1, |a|, |b|)`; 0 is exact. */
  readonly tolerance: number;
  /** Whether True is as good as 1. */
  readonly boolIsInt: boolean;
  /** PER_PROBE: the program is loaded anew for each test, so that none can see what an earlier one left. */
  readonly processes: "SHARED" | "PER_PROBE";
}

export const EXACT: Judging = { tolerance: 0, boolIsInt: false, processes: "SHARED" };

/** How a problem is posed to the policy, what of its completion is executed, and what the execution is worth. Pure. */
export interface Environment {
  readonly name: EnvironmentName;
  /** One line for people. */
  readonly summary: string;
  /** The prompt with `{placeholders}`: its hash is recorded with every rollout set, so a changed prompt is never mistaken for the old one. */
  readonly template: string;
  /** The text the policy continues. Never contains what it must find. */
  pose(problem: PosedProblem): string;
  /** The program to execute, or null where the completion holds none (NO_ANSWER). Never throws. */
  extract(completion: string, problem: PosedProblem): string | null;
  /** A known answer as the policy would write it, where the problem has one: the start of it may be given (strategy 34). */
  demonstration?(problem: PosedProblem): string | null;
  /** Where a completion is to be a problem: the problem that it holds, checked as a teacher's is; null where it holds none. Absent: it is an answer. */
  written?(completion: string, problem: PosedProblem): WrittenProblem | null;
  readonly judging: Judging;
  /** null: not credited (SANDBOX_ERROR is a broken machine, never a wrong answer). */
  reward(result: ExecutionResult): number | null;
}

/** Binary reward of the paper: 1 where every hidden test is OK, 0 for anything else a program can do, null for a broken machine. */
export function allTestsPass(result: ExecutionResult): number | null {
  if (result.verdict === "SANDBOX_ERROR") return null;
  return result.verdict === "EXECUTED" && result.tests.length > 0 && result.tests.every((test) => test.verdict === "OK") ? 1 : 0;
}

/** The first `share` of a text's lines, whole. */
export function beginningOf(text: string, share: number): string {
  const lines = text.trimEnd().split("\n");
  return lines
    .slice(0, Math.min(lines.length - 1, Math.floor(share * lines.length)))
    .map((line) => `${line}\n`)
    .join("");
}

/** Fills `{name}` placeholders; throws RangeError for one without a value. */
export function fillTemplate(template: string, values: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new RangeError(`template placeholder {${name}} has no value`);
    return value;
  });
}
