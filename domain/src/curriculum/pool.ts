// Owns: what a curriculum may know of the problems it picks from. Must not know: prompts, tests, the database.
import type { Bucket, EnvironmentName, MeasuredPassRate } from "../problem.ts";

/** Buckets from easy to hard. */
export const BUCKETS: readonly Bucket[] = ["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"];

export interface PoolProblem {
  readonly id: string;
  readonly bucket: Bucket | null;
  readonly environment: EnvironmentName;
  /** As measured before the run; null where it was not. */
  readonly passRate: MeasuredPassRate | null;
  readonly chain?: string | undefined;
  readonly rung?: number | undefined;
  /** What it is about, for strategies that look for weak categories: the first operation of a written problem, else its environment. */
  readonly category?: string | undefined;
  /** What the policy reads, for strategies that predict difficulty from it. */
  readonly text?: string | undefined;
  /** Whether the run's own policy wrote it. */
  readonly written?: true | undefined;
}

/** The problems of a run, in a fixed order: draws depend on it, so callers sort by id. */
export interface Pool {
  readonly problems: readonly PoolProblem[];
  readonly byId: ReadonlyMap<string, PoolProblem>;
  /** Only buckets that have problems. */
  readonly byBucket: ReadonlyMap<Bucket, readonly PoolProblem[]>;
}

/** Throws RangeError on an empty list and on an id that appears twice. Sorts by id, so the order given never matters. */
export function createPool(problems: readonly PoolProblem[]): Pool {
  if (problems.length === 0) throw new RangeError("a curriculum needs at least one problem");
  const sorted = [...problems].sort((a, b) => (a.id < b.id ? -1 : 1));
  const byId = new Map(sorted.map((problem) => [problem.id, problem]));
  if (byId.size !== sorted.length) throw new RangeError("a problem id appears twice");
  const byBucket = new Map(
    BUCKETS.map((bucket) => [bucket, sorted.filter((problem) => problem.bucket === bucket)] as const).filter(
      ([, inside]) => inside.length > 0,
    ),
  );
  return { problems: sorted, byId, byBucket };
}

/** Static difficulty in [0, 1]: 1 - measured pass rate, 0.5 where unmeasured. */
export function difficultyOf(problem: PoolProblem): number {
  return problem.passRate === null ? 0.5 : 1 - problem.passRate.passes / problem.passRate.attempts;
}
