// Owns: which of a run's failures a synthesis begins with (strategy 33 of paper section 7). Must not know: teachers, where runs are stored.
import type { ProblemTries } from "../chain-lineage.ts";
import type { Pool, PoolProblem } from "../curriculum/pool.ts";
import { categoryOf, isFailure, weaknesses } from "../curriculum/samplers/sws.ts";
import type { Random } from "../random.ts";

/** Accuracies of each problem in training, in the order of steps. Evaluations teach nothing and are left out. */
export function accuraciesOf(tries: readonly ProblemTries[]): Record<string, number[]> {
  const trained = tries.filter(({ isEvaluation, attempts }) => !isEvaluation && attempts > 0).toSorted((a, b) => a.step - b.step);
  return Object.fromEntries(
    [...Map.groupBy(trained, ({ problemId }) => problemId)].map(([id, own]) => [id, own.map(({ passes, attempts }) => passes / attempts)]),
  );
}

/**
 * `count` problems that were consistently failed: the category by its share of failures among the problems that were met, then any failure of it, so that one
 * may come again. Empty where nothing was failed.
 */
export function drawWeaknesses(
  pool: Pool,
  accuracies: Record<string, number[]>,
  { learnedFrom, count, random }: { readonly learnedFrom: number; readonly count: number; readonly random: Random },
): readonly PoolProblem[] {
  const shares = [...weaknesses(accuracies, pool, learnedFrom)].filter(([, share]) => share > 0);
  if (shares.length === 0) return [];
  const failures = Map.groupBy(
    pool.problems.filter(({ id }) => isFailure(accuracies[id] ?? [], learnedFrom)),
    categoryOf,
  );
  const weights = shares.map(([, share]) => share);
  return Array.from({ length: count }, () => random.pick(failures.get(shares[random.weighted(weights)]![0])!));
}
