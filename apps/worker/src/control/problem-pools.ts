// Owns: the training problems of the sets that runs draw from, read once a process. Must not know: curricula, rollouts.
import type { Database } from "@gradus/prisma";
import { readProblems } from "@gradus/prisma/training/step-store";
import type { TrainableProblem } from "@gradus/prisma/training/step-store";

/** The training problems of a set, in its order. */
export type ProblemPools = (problemSetId: string) => Promise<readonly TrainableProblem[]>;

/** Runs of one experiment share a set, and few experiments run at once on one control node. */
const MOST_SETS = 4;

/**
 * Reads a set when a run draws from it, and keeps the last `MOST_SETS` that are measured: a set is frozen, and a pass rate that is known stays. One with
 * problems that nobody has measured is read each time, since an experiment may measure it yet.
 */
export function problemPools({ sql }: Database): ProblemPools {
  const pools = new Map<string, readonly TrainableProblem[]>();
  return async (problemSetId) => {
    const kept = pools.get(problemSetId);
    const pool = kept ?? (await readProblems(sql, problemSetId, "TRAIN"));
    pools.delete(problemSetId);
    if (kept !== undefined || pool.every(({ passRate }) => passRate !== null)) pools.set(problemSetId, pool);
    const [oldest] = pools.keys();
    if (pools.size > MOST_SETS && oldest !== undefined) pools.delete(oldest);
    return pool;
  };
}
