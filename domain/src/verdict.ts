// Owns: what executing a rollout can say. Must not know: how it was executed, or what a verdict is worth (see environment/).
import { z } from "zod";
import { ProblemContent } from "./problem.ts";

/** Verdict of one hidden test. NOT_RUN: an earlier event ended the process before this test began. */
export const TestVerdict = z.enum(["OK", "WRONG", "TIMEOUT", "MEMORY", "RUNTIME", "OUTPUT_LIMIT", "NOT_RUN"]);
export type TestVerdict = z.infer<typeof TestVerdict>;

/** Verdict of a whole rollout. SANDBOX_ERROR is a broken machine, never a wrong answer: it earns no reward and no penalty. */
export const RolloutVerdict = z.enum(["EXECUTED", "NO_ANSWER", "SYNTAX", "SANDBOX_ERROR"]);
export type RolloutVerdict = z.infer<typeof RolloutVerdict>;

/** One test's verdict with what a reader needs to understand it. `detail` is at most 500 characters. */
export const TestResult = z.strictObject({ verdict: TestVerdict, detail: z.string().max(500).optional() });
export type TestResult = z.infer<typeof TestResult>;

/** What the execute stage writes for one rollout. Times are milliseconds of the candidate process. */
export const ExecutionResult = z.strictObject({
  verdict: RolloutVerdict,
  tests: z.array(TestResult),
  cpuMs: z.number().nonnegative(),
  wallMs: z.number().nonnegative(),
  stdout: z.string(),
  stderr: z.string(),
  /** Of a proposal that passed its checks: the problem that was written. Absent: it was refused, or nothing was to be written. */
  proposed: ProblemContent.optional(),
});
export type ExecutionResult = z.infer<typeof ExecutionResult>;
