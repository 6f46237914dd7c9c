// Owns: a run's beginning, its lease, and its ends. Must not know: steps.
import { roundsOf, RunSpec, suiteNames } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { setExperimentStatus } from "@gradus/prisma/training/experiment-store";
import { readExperiment } from "@gradus/prisma/training/generation-store";
import {
  addProvenance,
  beginUnlessHeld,
  grantLease,
  readProgress,
  readRun,
  recordBeginning,
  setRunStatus,
  setTotalSteps,
} from "@gradus/prisma/training/run-store";
import { findNode, placeRun } from "@gradus/prisma/training/placement-store";
import type { ControlActivities } from "@gradus/workflows";
import { checkModules } from "../modules/run-modules.ts";
import { asActivity } from "../activities/activity.ts";
import type { ProblemPools } from "./problem-pools.ts";

type Steering = Pick<ControlActivities, "beginRun" | "placeRun" | "findNode" | "grantLease" | "setRunStatus" | "setTotalSteps">;

export const steerRun = ({ sql }: Database, pools: ProblemPools): Steering => ({
  beginRun: ({ runId }) =>
    asActivity(async () => {
      const heldBack = await beginUnlessHeld(sql, runId);
      if (heldBack !== null) return { heldBack };
      // Until here its row may be given another length.
      const [run, progress] = await Promise.all([readRun(sql, runId), readProgress(sql, runId)]);
      const { spec } = await readExperiment(sql, run.experimentId);
      await recordBeginning(sql, runId, progress.step);
      const problems = await pools(run.problemSetId);
      const { proposals } = run.spec.curriculum;
      const own = proposals === undefined ? [] : (["PROPOSAL", ...proposals.tasks] as const);
      const posed = [...new Set([...problems.map(({ environment }) => environment), ...own])].toSorted();
      await addProvenance(sql, runId, await checkModules(run.spec, posed));
      const { training, evaluation, policy } = run.spec;
      return {
        experimentId: run.experimentId,
        totalSteps: run.totalSteps,
        maxStaleness: training.maxStaleness,
        // A run without such hooks keeps the shape of its plan.
        ...(roundsOf(run.spec.curriculum) > 1 ? { rounds: roundsOf(run.spec.curriculum) } : {}),
        ...(policy.engine === "embedded" ? {} : { engine: policy.engine }),
        evaluateEvery: evaluation.every,
        ...(evaluation.suites === undefined ? {} : { suites: suiteNames(evaluation) }),
        baselineShared: policy.warmStart !== undefined && sameEvaluation(run.spec, spec),
        ...progress,
      };
    }),
  placeRun: ({ runId }) =>
    asActivity(async () => {
      const placed = await placeRun(sql, runId);
      // Temporal asks again until a node has come, or has room.
      if (placed.nodeId === null) throw new Error(placed.waits);
      const { nodeId, taskQueue, epoch } = placed;
      return { node: { nodeId, taskQueue }, lease: { runId, epoch } };
    }),
  findNode: (of) =>
    asActivity(async () => {
      const { node, waits } = await findNode(sql, of);
      if ("experimentId" in of) await setExperimentStatus(sql, of.experimentId, "PREPARING", waits ?? undefined, false);
      if (node === null) throw new Error(waits);
      return { nodeId: node.id, taskQueue: node.taskQueue };
    }),
  grantLease: ({ runId, nodeId }) => asActivity(async () => ({ runId, epoch: await grantLease(sql, runId, nodeId) })),
  setRunStatus: ({ runId, status, cause }) => asActivity(() => setRunStatus(sql, runId, status, cause)),
  setTotalSteps: ({ runId, totalSteps }) => asActivity(() => setTotalSteps(sql, runId, totalSteps)),
});

/** An arm that evaluates otherwise than its experiment needs a baseline of its own. */
const sameEvaluation = (arm: RunSpec, experiment: Pick<RunSpec, "evaluation" | "training">): boolean =>
  JSON.stringify([arm.evaluation, arm.training.sampling.maxTokens]) ===
  JSON.stringify([experiment.evaluation, experiment.training.sampling.maxTokens]);
