// Owns: what a run has seen of each problem, as JSON. Must not know: strategies.
import { figuresOf, type GroupOutcome } from "./outcome.ts";
import type { PoolProblem } from "./pool.ts";

/** Problem id -> credited attempts, passes, pass rate of the latest group, its step, groups seen. */
export type Tally = Record<string, [attempts: number, passes: number, latestRate: number, latestStep: number, groups: number]>;

/** Adds a group; one without credited rollouts says nothing. */
export function record(tally: Tally, outcome: GroupOutcome): void {
  const { attempts, passes } = figuresOf(outcome);
  if (attempts === 0) return;
  const before = tally[outcome.problemId] ?? [0, 0, 0, 0, 0];
  tally[outcome.problemId] = [before[0] + attempts, before[1] + passes, passes / attempts, outcome.step, before[4] + 1];
}

/** Pass rate of the latest group; before any, the measured one; 0.5 where nothing is known. */
export function latestRate(tally: Tally, problem: PoolProblem): number {
  return tally[problem.id]?.[2] ?? measuredRate(problem);
}

/** Pass rate over all groups of the run; before any, the measured one; 0.5 where nothing is known. */
export function overallRate(tally: Tally, problem: PoolProblem): number {
  const seen = tally[problem.id];
  return seen === undefined ? measuredRate(problem) : seen[1] / seen[0];
}

export function measuredRate(problem: PoolProblem): number {
  return problem.passRate === null ? 0.5 : problem.passRate.passes / problem.passRate.attempts;
}
