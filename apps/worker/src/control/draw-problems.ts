// Owns: a step's draw: the sampler picks, the environment poses, the draw is durable. Must not know: engines.
import { bandOf, beginningOf, createCurriculum, MissingRow, planRound, stepScope } from "@gradus/domain";
import type { Curriculum, CurriculumSpec, CurriculumState, PlannedGroup, PoolProblem, PosedGroup } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { isToMove } from "@gradus/prisma/training/placement-store";
import { readRun } from "@gradus/prisma/training/run-store";
import type { RunRow } from "@gradus/prisma/training/run-store";
import {
  readCurriculumState,
  readDraw,
  readExecuted,
  readPolicyAfter,
  readRounds,
  saveDraw,
  saveRound,
} from "@gradus/prisma/training/step-store";
import type { TrainableProblem } from "@gradus/prisma/training/step-store";
import type { Drawn, StepRef } from "@gradus/workflows";
import { environmentsOf, ownKindsOf, ownRewardOf } from "../modules/run-modules.ts";
import type { Environments } from "../modules/run-modules.ts";
import { asActivity } from "../activities/activity.ts";
import { countTokens, MAX_PROMPT_TOKENS } from "../teacher/vocabulary.ts";
import type { ProblemPools } from "./problem-pools.ts";
import { outcomesOf, rewardsOf } from "./step-rewards.ts";

interface Deps {
  readonly database: Database;
  readonly pools: ProblemPools;
}

/** The newest step whose policy and observations a step may use: exactly so old, even where newer ones exist. */
const horizon = (step: number, maxStaleness: number): number => Math.max(0, step - 1 - maxStaleness);

export const drawProblems =
  ({ database: { sql }, pools }: Deps) =>
  ({ runId, experimentId, step, maxStaleness }: StepRef & { readonly maxStaleness: number }): Promise<Drawn> =>
    asActivity(async () => {
      const seen = horizon(step, maxStaleness);
      const [policy, drawn, toMove] = await Promise.all([
        readPolicyAfter(sql, runId, seen),
        readDraw(sql, runId, step),
        isToMove(sql, runId),
      ]);
      const moveOn = toMove ? ({ moveOn: true } as const) : {};
      if (drawn !== null) return { groups: drawn.groups, policy, ...moveOn };
      const run = await readRun(sql, runId);
      const [problems, state] = await Promise.all([pools(run.problemSetId), readCurriculumState(sql, runId, seen)]);
      const curriculum = await curriculumOf(run, problems, state);
      const { groupsPerStep, groupSize } = run.spec.training;
      const environments = await environmentsOf(run.spec.environment);
      const groups = posed(curriculum.plan(step, groupsPerStep, { round: 1, groupSize }), run.spec.curriculum, problems, 0, environments);
      await saveDraw(sql, { ...stepScope(experimentId, runId, step), runId, step }, policy.version, groupSize, groups);
      return { groups: groups.length, policy, ...moveOn };
    });

/** Where the curriculum refills or screens: the groups of the step's next round, out of what its rollouts have shown. */
export const refillProblems =
  ({ database: { sql }, pools }: Deps) =>
  ({
    runId,
    experimentId,
    step,
    maxStaleness,
    round,
  }: StepRef & { readonly maxStaleness: number; readonly round: number }): Promise<{ readonly more: boolean }> =>
    asActivity(async () => {
      const scope = { ...stepScope(experimentId, runId, step), runId, step };
      const { rounds, executed } = await readRounds(sql, scope);
      // An earlier try has planned this round.
      if (rounds >= round) return { more: !executed };
      const seen = horizon(step, maxStaleness);
      const [run, groups, policy] = await Promise.all([readRun(sql, runId), readExecuted(sql, scope), readPolicyAfter(sql, runId, seen)]);
      const { curriculum: spec, training } = run.spec;
      const [problems, state] = await Promise.all([pools(run.problemSetId), readCurriculumState(sql, runId, seen)]);
      const judges = { environments: await environmentsOf(run.spec.environment), ownReward: await ownRewardOf(training) };
      const finished = outcomesOf(groups, rewardsOf(groups, training, null, judges), step, policy.version);
      const wish = { round, step, groupsPerStep: training.groupsPerStep, groupSize: training.groupSize };
      const { grow, add } = planRound(await curriculumOf(run, problems, state), spec, finished, wish);
      if (grow.length + add.length === 0) return { more: false };
      await saveRound(sql, scope, round, training.groupSize, { grow, add: posed(add, spec, problems, groups.length, judges.environments) });
      return { more: true };
    });

/** As much of the beginning as was asked for and the embedded engine reads; other engines read more. */
function beginningThatFits(prompt: string, answer: string, share: number): string {
  const lines = answer.trimEnd().split("\n").length;
  for (let wanted = share; wanted > 0; wanted -= 1 / lines) {
    const prefix = beginningOf(answer, wanted);
    if (countTokens(prompt + prefix) <= MAX_PROMPT_TOKENS) return prefix;
  }
  return "";
}

/** Planned groups as prompts, from the ordinal `first` on. A start in the middle of an answer is written behind the prompt. */
function posed(
  planned: readonly PlannedGroup[],
  spec: CurriculumSpec,
  problems: readonly TrainableProblem[],
  first: number,
  environments: Environments,
): PosedGroup[] {
  const byId = new Map(problems.map((problem) => [problem.id, problem]));
  return planned.map(({ problemId, size, start }, at) => {
    const problem = byId.get(problemId);
    if (problem === undefined) throw new MissingRow(`problem ${problemId} is not in the run's problem set`);
    const { pose, demonstration } = environments(problem.environment);
    const known = start > 0 ? (demonstration?.(problem.content) ?? null) : null;
    const prompt = pose(problem.content);
    const prefix = known === null ? "" : beginningThatFits(prompt, known, start);
    return { ordinal: first + at, problemId, bucket: bandOf(spec, problem), prompt: prompt + prefix, size, prefix };
  });
}

/** The run's curriculum as it was when `state` was taken; null: before the first observation. */
export async function curriculumOf(run: RunRow, problems: readonly TrainableProblem[], state: unknown): Promise<Curriculum> {
  const { curriculum: spec, training } = run.spec;
  const curriculum = createCurriculum(spec, problems.map(asPool), training.steps, run.seed, await ownKindsOf(spec));
  if (state !== null) curriculum.restore(state as CurriculumState);
  return curriculum;
}

const asPool = ({ content, ...problem }: TrainableProblem): PoolProblem => ({ ...problem, text: content.message });
