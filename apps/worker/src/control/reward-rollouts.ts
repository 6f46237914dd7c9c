// Owns: the reward stage: verdicts to rewards, groups to advantages, gates, and what the curriculum learns. Must not know: engines, sandboxes.
import { admitGroups, creditGroup, creditStep, proposalGroups, refuse, selectRollouts, stepScope, writtenIn } from "@gradus/domain";
import type { GateDecision, GroupCredit, RolloutSink, StepSummary, TrainingSpec } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { readRun } from "@gradus/prisma/training/run-store";
import { readCurriculumState, readExecuted, readPolicyAfter, saveCredit } from "@gradus/prisma/training/step-store";
import type { GroupToCredit } from "@gradus/prisma/training/step-store";
import type { Credited, StepRef } from "@gradus/workflows";
import { environmentsOf, ownRewardOf } from "../modules/run-modules.ts";
import { asStage } from "../activities/activity.ts";
import type { ProblemPools } from "./problem-pools.ts";
import { decisionsOnProposals, rewardsOfProposals, summariseProposals } from "./reward-proposals.ts";
import { curriculumOf, withWritten } from "./run-curriculum.ts";
import { outcomesOf, rewardsOf } from "./step-rewards.ts";
import type { GroupRewards } from "./step-rewards.ts";
import { heldOutOf, writtenBy } from "./write-and-solve.ts";

interface Deps {
  readonly database: Database;
  readonly pools: ProblemPools;
  readonly sink: RolloutSink;
  readonly nodeId: string;
}

interface CreditedGroup extends GroupToCredit, GroupRewards {
  readonly decision: GateDecision;
  readonly advantages: readonly (number | null)[];
}

export const rewardRollouts =
  ({ database: { sql }, pools, sink, nodeId }: Deps) =>
  ({ runId, experimentId, step }: StepRef): Promise<Credited> => {
    const scope = stepScope(experimentId, runId, step);
    return asStage(sink, nodeId, "REWARD", scope, async () => {
      const run = await readRun(sql, runId);
      const { training, execution } = run.spec;
      const [groups, set, state, policy] = await Promise.all([
        readExecuted(sql, scope),
        pools(run.problemSetId),
        readCurriculumState(sql, runId, step - 1),
        readPolicyAfter(sql, runId, step - 1),
      ]);
      const { proposals } = run.spec.curriculum;
      // Where the policy writes problems: the groups that wrote are the step's first round.
      const asked = groups.slice(0, proposals === undefined ? 0 : proposalGroups(proposals, training.groupsPerStep));
      const solving = groups.slice(asked.length);
      const written = writtenBy(asked, run.projectId);
      const more = written.map(({ problemId }) => problemId);
      const curriculum = await curriculumOf(run, await withWritten(sql, set, state, more), state);
      const judges = { environments: await environmentsOf(run.spec.environment), ownReward: await ownRewardOf(training) };
      const solved = rewardsOf(solving, training, training.shuffleRewards ? `${run.seed}/shuffle/${step}` : null, judges);
      const outcomes = outcomesOf(solving, solved, step, policy.version);
      const judged = admitGroups(curriculum, run.spec.curriculum, outcomes, { step, ...training });
      const wrote = rewardsOfProposals(asked, { written, heldOut: await heldOutOf(sql, run, written), groups: outcomes }, training);
      const worth = [...wrote, ...solved];
      const decisions = [
        ...decisionsOnProposals(run.spec.curriculum, wrote),
        ...judged.map((decision, at) => (isOnlyMeasured(asked.length, solving[at]!, training) ? refuse("MEASURED_ONLY") : decision)),
      ];
      const credited = creditGroups(groups, worth, decisions, training);
      const after = curriculum.state();
      const summary = {
        ...summarise(credited),
        ...(asked.length === 0 ? {} : { proposals: summariseProposals(asked, wrote, writtenIn(after).length) }),
      };
      await saveCredit(sql, runId, experimentId, step, {
        summary,
        curriculumState: after,
        groups: credited.map(({ id, decision, rewards: own }) => ({
          id,
          admitted: decision.admitted,
          refusedBy: decision.reason,
          meanReward: creditGroup(own).baseline,
        })),
        rollouts: credited.flatMap(({ rollouts, rewards: own, advantages }) =>
          rollouts.map(({ id }, at) => ({ id, reward: own[at] ?? null, advantage: advantages[at] ?? null })),
        ),
      });
      const broken = summary.sandboxErrorRate > execution.pauseAboveErrorRate;
      const pauseCause = broken
        ? `${summary.sandboxErrors} rollouts of step ${step} met a broken sandbox (above ${execution.pauseAboveErrorRate}): mend the sandbox nodes, then resume`
        : null;
      return { admitted: summary.admitted, pauseCause };
    });
  };

/** Where some groups write, those beyond the step's own number were rolled out for the sake of who wrote their problems. */
const isOnlyMeasured = (asked: number, { ordinal }: GroupToCredit, { groupsPerStep }: TrainingSpec): boolean =>
  asked > 0 && ordinal >= groupsPerStep;

/** Advantages over the rollouts that are trained on: of admitted groups, and of them those that down-selection keeps. */
export function creditGroups(
  groups: readonly GroupToCredit[],
  worth: readonly GroupRewards[],
  decisions: readonly GateDecision[],
  { advantage, downSelect }: TrainingSpec,
): CreditedGroup[] {
  const kept = worth.map(({ rewards }) => {
    if (downSelect === undefined) return rewards;
    const selected = new Set(selectRollouts(rewards, downSelect));
    return rewards.map((reward, at) => (selected.has(at) ? reward : null));
  });
  const credit = new Map<number, GroupCredit>();
  for (const members of partsOf(groups)) {
    const admitted = members.map((at) => decisions[at]!.admitted);
    const rewards = members.map((at) => kept[at]!);
    for (const [i, one] of creditStep(rewards, advantage, admitted).entries()) credit.set(members[i]!, one);
  }
  return groups.map((group, at) => {
    const [own, decision, { advantages }] = [worth[at]!, decisions[at]!, credit.get(at)!];
    return { ...group, ...own, decision, advantages };
  });
}

/** Places of the groups among which a baseline or a spread of the batch is taken: all, but each role of self-play by itself (TRR++ of Absolute Zero). */
function partsOf(groups: readonly GroupToCredit[]): number[][] {
  const plays = groups.some(({ environment }) => environment === "PROPOSAL");
  return [...Map.groupBy(groups.keys(), (at) => (plays ? groups[at]!.environment : "ALL")).values()];
}

function summarise(groups: readonly CreditedGroup[]): StepSummary {
  const rollouts = groups.flatMap((group) => group.rollouts);
  const known = groups.flatMap((group) => group.rewards).filter((reward) => reward !== null);
  const broken = rollouts.filter(({ execution }) => execution.verdict === "SANDBOX_ERROR").length;
  const solved = ({ passed }: CreditedGroup, all: boolean): boolean => {
    const judged = passed.filter((one) => one !== null);
    return judged.length > 0 && judged.every((one) => one === all);
  };
  const buckets = Map.groupBy(groups, (group) => group.bucket ?? "NONE");
  const passRate = (of: readonly (boolean | null)[]): number | null => mean(of.filter((one) => one !== null).map(Number));
  return {
    rewardMean: mean(known),
    passRate: passRate(groups.flatMap((group) => group.passed)),
    passRateByBucket: Object.fromEntries(
      [...buckets].flatMap(([bucket, members]) => {
        const rate = passRate(members.flatMap((group) => group.passed));
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
