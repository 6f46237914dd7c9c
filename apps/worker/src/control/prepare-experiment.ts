// Owns: an experiment's way from QUEUED to its first run: its problems frozen, its plan known. Must not know: engines, steps.
import { ConfigurationError, contentHash, isFinished, measurementScope, suiteNames } from "@gradus/domain";
import type { ExperimentSpec } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { readExperiment, warmStartHash } from "@gradus/prisma/training/generation-store";
import { freezeProblemSet } from "@gradus/prisma/training/problem-set-store";
import type { ProblemToStore } from "@gradus/prisma/training/problem-set-store";
import { attachProblemSet, readUnfinishedRuns, setExperimentStatus } from "@gradus/prisma/training/experiment-store";
import { readProblems } from "@gradus/prisma/training/step-store";
import type { ExperimentActivities, ExperimentPlan } from "@gradus/workflows";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { generateProblems } from "../teacher/generate.ts";
import { validateProblems } from "../teacher/validate.ts";
import { asActivity } from "../activities/activity.ts";

interface Deps {
  readonly database: Database;
  readonly sandbox: () => Promise<Sandbox>;
}

export const prepareExperiment =
  ({ database: { sql }, sandbox }: Deps) =>
  ({ experimentId }: { readonly experimentId: string }): Promise<ExperimentPlan> =>
    asActivity(async () => {
      const { spec, projectId, problemSetId: attached } = await readExperiment(sql, experimentId);
      const problemSetId =
        attached ?? spec.problems.set ?? (await freezeProblemSet(sql, projectId, experimentId, await written(spec, sandbox)));
      await attachProblemSet(sql, experimentId, problemSetId);
      const problems = await readProblems(sql, problemSetId, "TRAIN");
      if (problems.length === 0) throw new ConfigurationError(`problems.set: ${problemSetId} has no training problems`);
      const hash = warmStartHash(spec.policy.warmStart);
      // A set that others measured keeps its numbers; only the experiment's own unmeasured problems are attempted.
      const measure = hash !== null && problems.some((problem) => problem.passRate === null);
      return {
        runIds: await readUnfinishedRuns(sql, experimentId),
        concurrency: spec.concurrency,
        measurement: measure ? measurementScope(experimentId) : null,
        sharedPolicy: hash === null ? null : { version: 0, hash },
        ...(spec.evaluation.suites === undefined ? {} : { suites: suiteNames(spec.evaluation) }),
        // A plan for the engine that was the only one keeps its shape.
        ...(spec.policy.engine === "embedded" ? {} : { engine: spec.policy.engine }),
      };
    });

export const setStatusOfExperiment =
  ({ sql }: Database): ExperimentActivities["setExperimentStatus"] =>
  ({ experimentId, status, cause }) =>
    asActivity(async () => setExperimentStatus(sql, experimentId, status, cause, isFinished(status)));

/** Problems of the embedded teacher, executed and checked; the held-out ones share no program (by AST) with the training ones. */
async function written(spec: ExperimentSpec, sandbox: () => Promise<Sandbox>): Promise<ProblemToStore[]> {
  const { seed, train, heldOut } = spec.problems.teacher ?? { seed: 1, train: 400, heldOut: 200 };
  const asked = generateProblems({ seed, count: Math.ceil((train + heldOut) * 1.1) });
  const { kept, rejected } = await validateProblems(asked, await sandbox());
  const broken = rejected.filter(({ reason }) => reason === "BROKEN_SANDBOX").length;
  if (broken > 0) throw new Error(`${broken} problems met a broken sandbox while they were checked`);
  if (kept.length < train + heldOut)
    throw new ConfigurationError(
      `problems.teacher: ${train + heldOut} distinct problems were asked for, the grammar gave ${kept.length}; ask for fewer`,
    );
  return kept.slice(0, train + heldOut).map(({ content, origin, operations, astHash }, at) => ({
    ...content,
    contentHash: contentHash(content),
    astHash,
    origin,
    operations: [...operations],
    split: at < train ? "TRAIN" : "HELD_OUT",
    passRate: null,
    bucket: null,
  }));
}
