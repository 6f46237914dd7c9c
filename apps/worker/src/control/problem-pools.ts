// Owns: the training problems of the sets that runs draw from, read once a process. Must not know: curricula, rollouts.
import type { Database } from "@gradus/prisma";
import { readProblems } from "@gradus/prisma/training/step-store";
import type { TrainableProblem } from "@gradus/prisma/training/step-store";

/** The training problems of a set, in its order. */
export type ProblemPools = (problemSetId: string) => Promise<readonly TrainableProblem[]>;

/** Runs of one experiment share a set, and few experiments run at once on one control node. */
const MOST_SETS = 4;

/**
 * Reads a set when a run first draws from it, and keeps the last `MOST_SETS`. Only for runs: a set is frozen, and measured before its first run, so that
 * what was read stays true; preparing and measuring read the database.
 */
export function problemPools({ sql }: Database): ProblemPools {
  const pools = new Map<string, ReturnType<ProblemPools>>();
  return (problemSetId) => {
    const pool = pools.get(problemSetId) ?? readProblems(sql, problemSetId, "TRAIN");
    // A failed read is its caller's; the next caller reads again.
    pool.catch(() => pools.delete(problemSetId));
    pools.delete(problemSetId);
    pools.set(problemSetId, pool);
    for (const oldest of pools.keys()) {
      if (pools.size <= MOST_SETS) break;
      pools.delete(oldest);
    }
    return pool;
  };
}
