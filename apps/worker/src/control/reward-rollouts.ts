// Owns: the reward stage: verdicts to rewards, groups to advantages, gates, and what the curriculum learns. Must not know: engines, sandboxes.
import { creditGroup, environmentNamed, stepScope, stream } from "@gradus/domain";
import type { GateDecision, RolloutSink, StepSummary } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { readRun } from "@gradus/prisma/training/run-store";
import { readCurriculumState, readExecuted, readPolicyAfter, readProblems, saveCredit } from "@gradus/prisma/training/step-store";
import type { GroupToCredit } from "@gradus/prisma/training/step-store";
import type { Credited, StepRef } from "@gradus/workflows";
import { asStage } from "../activities/activity.ts";
import { curriculumOf } from "./draw-problems.ts";

interface CreditedGroup extends GroupToCredit {
  readonly rewards: readonly (number | null)[];
  readonly decision: GateDecision;
}

export const rewardRollouts =
  ({ database: { sql }, sink, nodeId }: { readonly database: Database; readonly sink: RolloutSink; readonly nodeId: string }) =>
  ({ runId, experimentId, step }: StepRef): Promise<Credited> => {
    const scope = stepScope(experimentId, runId, step);
    return asStage(sink, nodeId, "REWARD", scope, async () => {
      const run = await readRun(sql, runId);
      const { training, execution } = run.spec;
      const [groups, problems, state, policy] = await Promise.all([
        readExecuted(sql, scope),
        readProblems(sql, run.problemSetId, "TRAIN"),
        readCurriculumState(sql, runId, step - 1),
        readPolicyAfter(sql, runId, step - 1),
      ]);
      const curriculum = curriculumOf(run, problems, state);
      const rewards = rewardsOf(groups, training.shuffleRewards ? `${run.seed}/shuffle/${step}` : null);
      const credited = groups.map((group, at): CreditedGroup => {
        const own = rewards[at] ?? [];
        const decision = curriculum.observe({ problemId: group.problemId, step, policyVersion: policy.version, rewards: own });
        return { ...group, rewards: own, decision };
      });
      const summary = summarise(credited);
      await saveCredit(sql, runId, experimentId, step, {
        summary,
        curriculumState: curriculum.state(),
        groups: credited.map(({ id, decision, rewards: own }) => ({
          id,
          admitted: decision.admitted,
          refusedBy: decision.reason,
          meanReward: creditGroup(own).baseline,
        })),
        rollouts: credited.flatMap(({ rollouts, rewards: own }) => {
          const { advantages } = creditGroup(own);
          return rollouts.map(({ id }, at) => ({ id, reward: own[at] ?? null, advantage: advantages[at] ?? null }));
        }),
      });
      const broken = summary.sandboxErrorRate > execution.pauseAboveErrorRate;
      const pauseCause = broken
        ? `${summary.sandboxErrors} rollouts of step ${step} met a broken sandbox (above ${execution.pauseAboveErrorRate}): mend the sandbox nodes, then resume`
        : null;
      return { admitted: summary.admitted, pauseCause };
    });
  };

/** Rewards by group and rollout, null where the machine was broken. `shuffle` names the stream that permutes them: the negative control. */
function rewardsOf(groups: readonly GroupToCredit[], shuffle: string | null): (number | null)[][] {
  const rewards = groups.map(({ environment, rollouts }) =>
    rollouts.map(({ execution }) => environmentNamed(environment).reward(execution)),
  );
  if (shuffle === null) return rewards;
  const permuted = stream(shuffle).shuffle(rewards.flat().filter((reward) => reward !== null));
  return rewards.map((group) => group.map((reward) => (reward === null ? null : (permuted.pop() ?? null))));
}

function summarise(groups: readonly CreditedGroup[]): StepSummary {
  const rollouts = groups.flatMap((group) => group.rollouts);
  const known = groups.flatMap((group) => group.rewards).filter((reward) => reward !== null);
  const broken = rollouts.filter(({ execution }) => execution.verdict === "SANDBOX_ERROR").length;
  const solved = (group: CreditedGroup, all: boolean): boolean =>
    group.rewards.some((reward) => reward !== null) && group.rewards.every((reward) => reward === null || reward > 0 === all);
  const buckets = Map.groupBy(groups, (group) => group.bucket ?? "NONE");
  const passRate = (of: readonly (number | null)[]): number | null =>
    mean(of.filter((reward) => reward !== null).map((reward) => (reward > 0 ? 1 : 0)));
  return {
    rewardMean: mean(known),
    passRate: passRate(known),
    passRateByBucket: Object.fromEntries(
      [...buckets].flatMap(([bucket, members]) => {
        const rate = passRate(members.flatMap((group) => group.rewards));
        return rate === null ? [] : [[bucket, rate]];
      }),
    ),
    drawnByBucket: Object.fromEntries([...buckets].map(([bucket, members]) => [bucket, members.length])),
    groups: groups.length,
    admitted: groups.filter(({ decision }) => decision.admitted).length,
    solvedNone: groups.filter((group) => solved(group, false)).length,
    solvedAll: groups.filter((group) => solved(group, true)).length,
    sandboxErrors: broken,
    sandboxErrorRate: rollouts.length === 0 ? 0 : broken / rollouts.length,
    completionTokensMean: mean(rollouts.map((rollout) => rollout.completionTokens)) ?? 0,
    truncatedRate: mean(rollouts.map(({ finishReason }) => (finishReason === "length" ? 1 : 0))) ?? 0,
    uniqueProblems: new Set(groups.map((group) => group.problemId)).size,
  };
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
