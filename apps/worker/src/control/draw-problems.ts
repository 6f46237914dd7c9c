// Owns: a step's draw: the sampler picks, the environment poses, the draw is durable. Must not know: engines.
import { planRound, stepScope } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { isToMove } from "@gradus/prisma/training/placement-store";
import { readRun } from "@gradus/prisma/training/run-store";
import {
  readCurriculumState,
  readDraw,
  readExecuted,
  readPolicyAfter,
  readRounds,
  saveDraw,
  saveRound,
} from "@gradus/prisma/training/step-store";
import type { Drawn, StepRef } from "@gradus/workflows";
import { environmentsOf, ownRewardOf } from "../modules/run-modules.ts";
import { asActivity } from "../activities/activity.ts";
import type { ProblemPools } from "./problem-pools.ts";
import { curriculumOf, posed, withWritten } from "./run-curriculum.ts";
import { outcomesOf, rewardsOf } from "./step-rewards.ts";
import { askToSolve, askToWrite } from "./write-and-solve.ts";

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
      const scope = { ...stepScope(experimentId, runId, step), runId, step };
      const [set, state] = await Promise.all([pools(run.problemSetId), readCurriculumState(sql, runId, seen)]);
      const problems = await withWritten(sql, set, state);
      const curriculum = await curriculumOf(run, problems, state);
      const { groupsPerStep, groupSize } = run.spec.training;
      if (run.spec.curriculum.proposals !== undefined) {
        const { groups, made } = askToWrite(run, curriculum, problems, step);
        await saveDraw(sql, scope, policy.version, groupSize, groups, made);
        return { groups: groups.length, policy, ...moveOn };
      }
      const environments = await environmentsOf(run.spec.environment);
      const groups = posed(curriculum.plan(step, groupsPerStep, { round: 1, groupSize }), run.spec.curriculum, problems, 0, environments);
      await saveDraw(sql, scope, policy.version, groupSize, groups);
      return { groups: groups.length, policy, ...moveOn };
    });

/** Where the curriculum refills, screens or lets the policy write: the groups of the step's next round, out of what its rollouts have shown. */
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
      const [set, state] = await Promise.all([pools(run.problemSetId), readCurriculumState(sql, runId, seen)]);
      const problems = await withWritten(sql, set, state);
      const judges = { environments: await environmentsOf(run.spec.environment), ownReward: await ownRewardOf(training) };
      if (spec.proposals !== undefined) {
        const { groups: add, made } = await askToSolve(sql, run, { problems, state, before: groups, step }, judges.environments);
        await saveRound(sql, scope, round, training.groupSize, { grow: [], add }, made);
        return { more: true };
      }
      const finished = outcomesOf(groups, rewardsOf(groups, training, null, judges), step, policy.version);
      const wish = { round, step, groupsPerStep: training.groupsPerStep, groupSize: training.groupSize };
      const { grow, add } = planRound(await curriculumOf(run, problems, state), spec, finished, wish);
      if (grow.length + add.length === 0) return { more: false };
      await saveRound(sql, scope, round, training.groupSize, { grow, add: posed(add, spec, problems, groups.length, judges.environments) });
      return { more: true };
    });
