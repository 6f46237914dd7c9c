// Owns: what writing problems was worth, once their solvers are done: rewards and gates of the groups that wrote. Must not know: the database, engines.
import { admitProposals, figuresOf, rewardProposal } from "@gradus/domain";
import type { CurriculumSpec, GateDecision, RoundGroup, StepSummary, TrainingSpec } from "@gradus/domain";
import type { GroupToCredit } from "@gradus/prisma/training/step-store";
import type { GroupRewards } from "./step-rewards.ts";
import type { Written } from "./write-and-solve.ts";

/** How the step's solvers fared with the written problems. */
export interface Solved {
  readonly written: readonly Written[];
  /** Ids of those that the experiment evaluates on. */
  readonly heldOut: ReadonlySet<string>;
  readonly groups: readonly RoundGroup[];
}

/** One list a group that wrote. Nothing is "passed": to write is to answer nothing. */
export function rewardsOfProposals(
  asked: readonly GroupToCredit[],
  { written, heldOut, groups }: Solved,
  { reward, sampling }: Pick<TrainingSpec, "reward" | "sampling">,
): GroupRewards[] {
  const wrote = new Map(written.map(({ rolloutId, problemId }) => [rolloutId, problemId]));
  const met = new Map(groups.toReversed().map((group) => [group.problemId, group]));
  const accuracyOf = (problemId: string): number | null => {
    const group = met.get(problemId);
    // A problem that the policy cannot even read was posed to nobody, and nobody solves it: so has the source's filter of prompts.
    if (group === undefined) return heldOut.has(problemId) ? null : 0;
    const { attempts, passes } = figuresOf(group);
    return attempts === 0 ? null : passes / attempts;
  };
  return asked.map(({ rollouts }) => ({
    rewards: rollouts.map(({ id, execution, completionTokens, finishReason }) => {
      const problemId = wrote.get(id);
      const length = { completionTokens, maxTokens: sampling.maxTokens, truncated: finishReason === "length" };
      return rewardProposal(reward, execution, problemId === undefined ? null : accuracyOf(problemId), length);
    }),
    passed: rollouts.map(() => null),
  }));
}

/** Of the groups that wrote, by their rewards. */
export const decisionsOnProposals = ({ gates }: Pick<CurriculumSpec, "gates">, worth: readonly GroupRewards[]): GateDecision[] =>
  worth.map(({ rewards }) => admitProposals(gates, rewards));

/** What a step's summary says of writing. `buffer`: written problems that the run's buffer holds after the step. */
export function summariseProposals(
  asked: readonly GroupToCredit[],
  worth: readonly GroupRewards[],
  buffer: number,
): NonNullable<StepSummary["proposals"]> {
  const executions = asked.flatMap(({ rollouts }) => rollouts.map(({ execution }) => execution));
  const rewards = worth.flatMap((group) => group.rewards).filter((reward) => reward !== null);
  return {
    written: executions.filter(({ verdict }) => verdict !== "SANDBOX_ERROR").length,
    valid: executions.filter(({ proposed }) => proposed !== undefined).length,
    rewardMean: rewards.length === 0 ? null : rewards.reduce((sum, reward) => sum + reward, 0) / rewards.length,
    buffer,
  };
}
