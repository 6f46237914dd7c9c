// Owns: evaluations and measurements as draws and scores: fixed problems, c of n for each. Must not know: engines, training.
import { bucketOf, contentHash, evaluationPlan, harnessHash, measurementScope, MissingRow, templateHash } from "@gradus/domain";
import type { PolicyRef, PosedGroup, RunSpec, Scope } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { saveEvaluationDraw, saveMeasurement, saveScores } from "@gradus/prisma/training/evaluation-store";
import type { ProblemScore } from "@gradus/prisma/training/evaluation-store";
import { readExperiment, readSettings } from "@gradus/prisma/training/generation-store";
import { saveGroups } from "@gradus/prisma/training/rollout-store";
import { readExecuted, readProblems } from "@gradus/prisma/training/step-store";
import type { TrainableProblem } from "@gradus/prisma/training/step-store";
import { environmentsOf } from "../modules/run-modules.ts";
import type { Environments } from "../modules/run-modules.ts";
import { asActivity } from "../activities/activity.ts";

export const drawEvaluation =
  ({ sql }: Database) =>
  ({ scope, policy }: { readonly scope: Scope; readonly policy: PolicyRef }): Promise<{ readonly complete: boolean }> =>
    asActivity(async () => {
      const { spec } = await readSettings(sql, scope);
      const plan = evaluationPlan(spec.evaluation, scope.suite);
      const problemSetId = plan.set ?? (await frozenSet(sql, scope.experimentId));
      const problems = await readProblems(sql, problemSetId, "HELD_OUT", plan.problems, plan);
      const environments = await environmentsOf(spec.environment);
      const problemsHash = contentHash(problems.map((problem) => problem.contentHash));
      const complete = await saveEvaluationDraw(
        sql,
        { scope, policy, problemSetId, plan, harnessHash: harnessOf(spec, problems, environments), problemsHash },
        posed(problems, environments),
      );
      // A set without held-out problems is scored as empty at once.
      return { complete: complete || problems.length === 0 };
    });

function harnessOf(
  { execution, training: { sampling }, environment: own }: Pick<RunSpec, "execution" | "training" | "environment">,
  problems: readonly TrainableProblem[],
  environments: Environments,
): string {
  const { cpuMs, memoryMb } = execution;
  const { maxTokens, topK, stop } = sampling;
  const used = [...new Set(problems.map(({ environment }) => environment))].map(environments);
  return harnessHash({
    environments: used.map((environment) => ({
      name: environment.name,
      template: templateHash(environment),
      judging: environment.judging,
    })),
    limits: { cpuMs, memoryMb },
    sampling: { maxTokens, topK, stop },
    own: own && { hash: own.hash, parameters: own.parameters },
  });
}

export const scoreEvaluation =
  ({ sql }: Database) =>
  ({ scope }: { readonly scope: Scope }): Promise<void> =>
    asActivity(async () => saveScores(sql, scope, await scoresOf(sql, scope)));

/** Poses every problem of the set for M attempts each. */
export const drawMeasurement =
  ({ sql }: Database) =>
  ({ experimentId }: { readonly experimentId: string }): Promise<void> =>
    asActivity(async () => {
      const { spec } = await readExperiment(sql, experimentId);
      const problemSetId = await frozenSet(sql, experimentId);
      const problems = [...(await readProblems(sql, problemSetId, "TRAIN")), ...(await readProblems(sql, problemSetId, "HELD_OUT"))];
      await saveGroups(
        sql,
        measurementScope(experimentId),
        spec.problems.measureAttempts,
        posed(problems, await environmentsOf(spec.environment)),
      );
    });

/** Writes k of M and the bucket that follows from it. */
export const scoreMeasurement =
  ({ sql }: Database) =>
  ({ experimentId }: { readonly experimentId: string }): Promise<void> =>
    asActivity(async () => {
      const scores = await scoresOf(sql, measurementScope(experimentId));
      const measured = scores.map((score) => ({
        ...score,
        bucket: score.samples === 0 ? null : bucketOf({ passes: score.passes, attempts: score.samples }),
      }));
      await saveMeasurement(sql, await frozenSet(sql, experimentId), measured);
    });

const posed = (problems: readonly TrainableProblem[], environments: Environments): PosedGroup[] =>
  problems.map(({ id, bucket, environment, content }, ordinal) => ({
    ordinal,
    problemId: id,
    bucket,
    prompt: environments(environment).pose(content),
  }));

async function scoresOf(sql: Database["sql"], scope: Scope): Promise<ProblemScore[]> {
  const [{ spec }, groups] = await Promise.all([readSettings(sql, scope), readExecuted(sql, scope)]);
  const environments = await environmentsOf(spec.environment);
  return groups.map(({ problemId, bucket, environment, difficulty, rollouts }) => {
    const rewards = rollouts.map(({ execution }) => environments(environment).reward(execution)).filter((reward) => reward !== null);
    return { problemId, bucket, environment, difficulty, passes: rewards.filter((reward) => reward > 0).length, samples: rewards.length };
  });
}

async function frozenSet(sql: Database["sql"], experimentId: string): Promise<string> {
  const { problemSetId } = await readExperiment(sql, experimentId);
  if (problemSetId === null) throw new MissingRow(`experiment ${experimentId} has no problem set yet: it was not prepared`);
  return problemSetId;
}
