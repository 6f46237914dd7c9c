// Owns: how the student did at every problem of a round, k of M, and what speaks against the problem then (paper 2.5). Must not know: teachers,
// engines.
import { environmentNamed, isWithin } from "@gradus/domain";
import type { SynthesisSpec, TurnRejection } from "@gradus/domain";
import type { Database } from "@gradus/prisma";
import { readSynthesis } from "@gradus/prisma/synthesis/synthesis-store";
import { saveTurnScores } from "@gradus/prisma/synthesis/turn-store";
import { readExecuted } from "@gradus/prisma/training/step-store";
import type { SynthesisActivities } from "@gradus/workflows";
import { asActivity } from "../../activities/activity.ts";

export const scoreProblems =
  ({ sql }: Database): SynthesisActivities["scoreProblems"] =>
  ({ synthesisId, batch, turn, scope }) =>
    asActivity(async () => {
      const { spec } = await readSynthesis(sql, synthesisId);
      const groups = await readExecuted(sql, scope);
      const rewards = groups.flatMap(({ environment, rollouts }) =>
        rollouts.map(({ id, execution }) => ({ id, reward: environmentNamed(environment).reward(execution) })),
      );
      const rewardOf = new Map(rewards.map(({ id, reward }) => [id, reward]));
      const scores = groups.map(({ ordinal, rollouts }) => {
        // A broken sandbox is no attempt.
        const credited = rollouts.map(({ id }) => rewardOf.get(id) ?? null).filter((reward) => reward !== null);
        const rate = { passes: credited.filter((reward) => reward > 0).length, attempts: credited.length };
        return { seed: batch * spec.batch + ordinal, turn, ordinal, ...rate, ...against(spec, rate) };
      });
      await saveTurnScores(sql, scope, scores, rewards);
    });

function against(
  { attempts: wanted, filters: { passRate } }: SynthesisSpec,
  rate: { readonly passes: number; readonly attempts: number },
): { readonly rejection: TurnRejection | null; readonly detail: string | null } {
  const { passes, attempts } = rate;
  if (attempts * 2 < wanted) return { rejection: "UNMEASURED", detail: `${wanted - attempts} of ${wanted} attempts met a broken sandbox` };
  if (isWithin(rate, passRate)) return { rejection: null, detail: null };
  return { rejection: passes === 0 ? "NEVER_SOLVED" : "OUT_OF_BAND", detail: `${passes} of ${attempts} attempts passed` };
}
