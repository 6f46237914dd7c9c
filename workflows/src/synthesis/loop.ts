// Owns: multi-turn synthesis as an algorithm (paper 2.4). Plain TypeScript: it knows its stages as functions, never Temporal.
import type { PolicyRef } from "@gradus/domain/policy";
import { synthesisScope } from "@gradus/domain/scope";
import type { Scope } from "@gradus/domain/scope";
import type { RoundRef, SynthesisActivities, SynthesisPlan } from "./activities.ts";

export interface SynthesisStages extends Pick<SynthesisActivities, "writeProblems" | "askStudent" | "scoreProblems"> {
  generateRollouts(input: { readonly scope: Scope; readonly policy: PolicyRef }): Promise<void>;
  executeRollouts(input: { readonly scope: Scope }): Promise<void>;
}

/** One batch of seeds: the teacher writes, the student tries, the pass rate goes back to the teacher, for so many turns. */
export async function takeTurns(synthesisId: string, batch: number, plan: SynthesisPlan, act: SynthesisStages): Promise<void> {
  for (let turn = 1; turn <= plan.turns; turn++) {
    const round: RoundRef = { synthesisId, batch, turn };
    const scope = synthesisScope(synthesisId, batch * plan.turns + turn);
    const { written, posed } = await act.writeProblems({ ...round, scope });
    // Every seed of the batch has its whole chain.
    if (written === 0) return;
    // A turn whose replies were all refused is a fact to record: the teacher is told, and tries again.
    if (posed === 0) continue;
    if (plan.student === null) await act.askStudent({ scope });
    else await act.generateRollouts({ scope, policy: plan.student.policy });
    await act.executeRollouts({ scope });
    await act.scoreProblems({ ...round, scope });
  }
}
