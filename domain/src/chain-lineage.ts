// Owns: which stepping stone of a chain came before which unlock, out of what a run tried. Must not know: where rollouts are stored.

/** One policy version's tries at one problem in one step or evaluation. */
export interface ProblemTries {
  readonly problemId: string;
  /** 0: before the first step. */
  readonly step: number;
  readonly policyVersion: number;
  /** Tries of an evaluation teach nothing. */
  readonly isEvaluation: boolean;
  readonly attempts: number;
  readonly passes: number;
}

export interface ChainRung {
  readonly problemId: string;
  readonly rung: number;
}

/** A problem of a chain as one run met it in training. */
export interface RungLineage extends ChainRung {
  readonly attempts: number;
  readonly passes: number;
  readonly firstTriedStep: number | null;
  /** The unlock: null where no rollout ever passed. */
  readonly firstSolvedStep: number | null;
  readonly firstSolvedVersion: number | null;
  /** Other problems of the chain that were solved in an earlier step, in that order: the stones that it could have stood on. */
  readonly steppingStones: readonly string[];
}

/** In the order of `rungs`. Problems that the run never drew are there with nothing tried. */
export function lineageOf(rungs: readonly ChainRung[], tries: readonly ProblemTries[]): RungLineage[] {
  const ofProblem = Map.groupBy(
    tries.filter(({ isEvaluation }) => !isEvaluation),
    ({ problemId }) => problemId,
  );
  const met = rungs.map((rung) => {
    const own = (ofProblem.get(rung.problemId) ?? []).toSorted((a, b) => a.step - b.step);
    const solved = own.find(({ passes }) => passes > 0);
    return {
      ...rung,
      attempts: own.reduce((sum, { attempts }) => sum + attempts, 0),
      passes: own.reduce((sum, { passes }) => sum + passes, 0),
      firstTriedStep: own[0]?.step ?? null,
      firstSolvedStep: solved?.step ?? null,
      firstSolvedVersion: solved?.policyVersion ?? null,
    };
  });
  const unlocked = met
    .filter(({ firstSolvedStep }) => firstSolvedStep !== null)
    .toSorted((a, b) => a.firstSolvedStep! - b.firstSolvedStep!);
  return met.map((one) => ({
    ...one,
    // What was solved in the same step came from the same weights: it is no stone of it.
    steppingStones:
      one.firstSolvedStep === null
        ? []
        : unlocked.filter(({ firstSolvedStep }) => firstSolvedStep! < one.firstSolvedStep!).map(({ problemId }) => problemId),
  }));
}
