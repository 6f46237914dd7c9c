// Owns: a step's draw: the sampler picks, the environment poses, the draw is durable. Must not know: engines.
import { createCurriculum, environmentNamed, MissingRow, stepScope } from "@gradus/domain";
import type { Curriculum, CurriculumState } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { readRun } from "@gradus/prisma/training/run-store";
import type { RunRow } from "@gradus/prisma/training/run-store";
import { readCurriculumState, readDraw, readPolicyAfter, readProblems, saveDraw } from "@gradus/prisma/training/step-store";
import type { TrainableProblem } from "@gradus/prisma/training/step-store";
import type { Drawn, StepRef } from "@gradus/workflows";
import { asActivity } from "../activities/activity.ts";

/** The newest step whose policy and observations a step may use: exactly so old, even where newer ones exist. */
const horizon = (step: number, maxStaleness: number): number => Math.max(0, step - 1 - maxStaleness);

export const drawProblems =
  ({ sql }: Database) =>
  ({ runId, experimentId, step, maxStaleness }: StepRef & { readonly maxStaleness: number }): Promise<Drawn> =>
    asActivity(async () => {
      const seen = horizon(step, maxStaleness);
      const [policy, drawn] = await Promise.all([readPolicyAfter(sql, runId, seen), readDraw(sql, runId, step)]);
      if (drawn !== null) return { groups: drawn.groups, policy };
      const run = await readRun(sql, runId);
      const problems = await readProblems(sql, run.problemSetId, "TRAIN");
      const curriculum = curriculumOf(run, problems, await readCurriculumState(sql, runId, seen));
      const { groupsPerStep, groupSize } = run.spec.training;
      const byId = new Map(problems.map((problem) => [problem.id, problem]));
      const groups = curriculum.draw(step, groupsPerStep).map((problemId, ordinal) => {
        const problem = byId.get(problemId);
        if (problem === undefined) throw new MissingRow(`problem ${problemId} is not in problem set ${run.problemSetId}`);
        return { ordinal, problemId, bucket: problem.bucket, prompt: environmentNamed(problem.environment).pose(problem.content) };
      });
      await saveDraw(sql, { ...stepScope(experimentId, runId, step), runId, step }, policy.version, groupSize, groups);
      return { groups: groups.length, policy };
    });

/** The run's curriculum as it was when `state` was taken; null: before the first observation. */
export function curriculumOf(run: RunRow, problems: readonly TrainableProblem[], state: unknown): Curriculum {
  const curriculum = createCurriculum(run.spec.curriculum, problems, run.spec.training.steps, run.seed);
  if (state !== null) curriculum.restore(state as CurriculumState);
  return curriculum;
}
