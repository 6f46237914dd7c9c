// Owns: the training algorithm, as the paper tells it. Must not know: Temporal, nodes, leases, SQL. Everything it touches is an argument.
import type { PolicyRef } from "@gradus/domain/policy";
import { evaluationScope, stepScope } from "@gradus/domain/scope";
import type { Scope } from "@gradus/domain/scope";
import type { Credited, Drawn, RunPlan, StepRef, Updated } from "./activities.ts";

/** What a run is between two steps: JSON, and all that a continued workflow needs. */
export interface RunState {
  readonly runId: string;
  readonly experimentId: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly policy: PolicyRef;
  /** Updates refused in a row because they were not finite. */
  readonly refusedInRow: number;
}

/** The stages as the loop sees them; which node serves them is the shell's affair. */
export interface Stages {
  drawProblems(input: StepRef & { readonly maxStaleness: number }): Promise<Drawn>;
  generateRollouts(input: { readonly scope: Scope; readonly policy: PolicyRef }): Promise<void>;
  executeRollouts(input: { readonly scope: Scope }): Promise<void>;
  refillProblems(input: StepRef & { readonly maxStaleness: number; readonly round: number }): Promise<{ readonly more: boolean }>;
  rewardRollouts(input: StepRef): Promise<Credited>;
  updatePolicy(input: StepRef & { readonly policy: PolicyRef }): Promise<Updated>;
  drawEvaluation(input: { readonly scope: Scope; readonly policy: PolicyRef }): Promise<{ readonly complete: boolean }>;
  scoreEvaluation(input: { readonly scope: Scope; readonly policy: PolicyRef }): Promise<void>;
}

/** How the world outside steers the loop between steps. */
export interface Steering {
  totalSteps(): number;
  /** Returns when the run may go on. */
  whilePaused(): Promise<void>;
  pause(cause: string): void;
  /** True when the history is long enough to continue in a new execution. */
  handOver(): boolean;
  onState(state: RunState): void;
}

/** Three refused updates in a row are not bad luck. */
export class TrainingDiverged extends Error {
  override readonly name = "TrainingDiverged";
}
const MAX_REFUSED_IN_ROW = 3;

/** Trains until the last step or a hand-over, evaluating before the first step, every `evaluateEvery`, and after the last. */
export async function train(
  start: RunState,
  plan: Pick<RunPlan, "maxStaleness" | "evaluateEvery" | "suites" | "baselineShared" | "rounds">,
  stages: Stages,
  steering: Steering,
): Promise<RunState> {
  const lookahead = new Lookahead(start, plan, stages);
  let run = start;
  if (run.step === 0) await evaluate(run, stages, plan.baselineShared, plan.suites);
  while (run.step < steering.totalSteps()) {
    await steering.whilePaused();
    run = await runStep(run, lookahead, stages, steering);
    steering.onState(run);
    if (run.refusedInRow >= MAX_REFUSED_IN_ROW) throw new TrainingDiverged(`${run.refusedInRow} updates in a row were not finite`);
    const last = run.step >= steering.totalSteps();
    if (last || (plan.evaluateEvery > 0 && run.step % plan.evaluateEvery === 0)) await evaluate(run, stages, false, plan.suites);
    if (!last && steering.handOver()) break;
  }
  await lookahead.settle();
  return run;
}

/** One policy update: pose problems, roll out a group for each, execute, credit, train. */
async function runStep(run: RunState, lookahead: Lookahead, stages: Stages, steering: Steering): Promise<RunState> {
  const at: StepRef = { runId: run.runId, experimentId: run.experimentId, step: run.step + 1 };
  const scope = stepScope(run.experimentId, run.runId, at.step);
  await lookahead.rolledOut(at.step, steering.totalSteps());
  await stages.executeRollouts({ scope });
  const credited = await stages.rewardRollouts(at);
  if (credited.pauseCause !== null) steering.pause(credited.pauseCause);
  // An engine that samples cannot train: rollouts of later steps overlap executing and crediting, never the update.
  await lookahead.settle();
  // A step with no signal is a fact to record, not an error: the policy simply stays.
  if (credited.admitted === 0) return { ...run, step: at.step };
  const updated = await stages.updatePolicy({ ...at, policy: run.policy });
  return { ...run, step: at.step, policy: updated.policy, refusedInRow: updated.refused === null ? 0 : run.refusedInRow + 1 };
}

/** Fixed problems, no training: the experiment's own held-out ones, then each suite. */
export async function evaluate(
  run: Pick<RunState, "experimentId" | "runId" | "step" | "policy">,
  stages: Omit<Stages, "drawProblems" | "refillProblems" | "rewardRollouts" | "updatePolicy">,
  shared: boolean,
  suites: readonly string[] = [],
): Promise<void> {
  const { policy } = run;
  for (const suite of [undefined, ...suites]) {
    const scope = evaluationScope(run.experimentId, run.step, shared ? undefined : run.runId, suite);
    const drawn = await stages.drawEvaluation({ scope, policy });
    if (drawn.complete) continue;
    await stages.generateRollouts({ scope, policy });
    await stages.executeRollouts({ scope });
    await stages.scoreEvaluation({ scope, policy });
  }
}

/** Poses and rolls out up to `maxStaleness` steps ahead of the step being credited, in step order. */
class Lookahead {
  readonly #run: RunState;
  readonly #maxStaleness: number;
  readonly #rounds: number;
  readonly #stages: Stages;
  readonly #begun = new Map<number, Promise<void>>();
  #last: Promise<void> = Promise.resolve();

  constructor(run: RunState, { maxStaleness, rounds = 1 }: Pick<RunPlan, "maxStaleness" | "rounds">, stages: Stages) {
    this.#run = run;
    this.#maxStaleness = maxStaleness;
    this.#rounds = rounds;
    this.#stages = stages;
  }

  /** Waits for the rollouts of `step`, having begun those of the steps after it that staleness allows. */
  async rolledOut(step: number, totalSteps: number): Promise<void> {
    for (let next = step; next <= Math.min(step + this.#maxStaleness, totalSteps); next++) {
      if (!this.#begun.has(next)) this.#begun.set(next, this.#begin(next));
    }
    await this.#begun.get(step);
    this.#begun.delete(step);
  }

  /** Waits for everything begun, so that nothing samples while the policy changes. */
  async settle(): Promise<void> {
    await this.#last;
  }

  #begin(step: number): Promise<void> {
    const begun = this.#rollOut(step, this.#last);
    // The failure is met where the step's rollouts are awaited; this only keeps it from being reported as unhandled meanwhile.
    begun.catch(() => undefined);
    this.#last = begun;
    return begun;
  }

  async #rollOut(step: number, after: Promise<void>): Promise<void> {
    await after;
    const { runId, experimentId } = this.#run;
    const at = { runId, experimentId, step, maxStaleness: this.#maxStaleness };
    const scope = stepScope(experimentId, runId, step);
    const { policy } = await this.#stages.drawProblems(at);
    await this.#stages.generateRollouts({ scope, policy });
    // Where the curriculum refills or screens: what the rollouts say decides who is rolled out next, within the step.
    for (let round = 2; round <= this.#rounds; round++) {
      await this.#stages.executeRollouts({ scope });
      const { more } = await this.#stages.refillProblems({ ...at, round });
      if (!more) break;
      await this.#stages.generateRollouts({ scope, policy });
    }
  }
}
