// Owns: picking ids from lists and buckets without needless repeats. Must not know: why they are picked.
import type { Bucket } from "../problem.ts";
import type { Random } from "../random.ts";
import { BUCKETS, type Pool, type PoolProblem } from "./pool.ts";

/** Weights over buckets; a missing one is 0. */
export type BucketWeights = Readonly<Partial<Record<Bucket, number>>>;

/** `count` ids, uniform over the list, none twice before all were taken once. */
export function pickUniform(problems: readonly PoolProblem[], count: number, random: Random): string[] {
  const used = new Map<string, number>();
  return Array.from({ length: count }, () => takeUnused(problems, used, random));
}

/** `count` ids: for each a bucket in proportion to the weights, then uniform inside it. Weight of empty buckets has been moved before. */
export function pickByBucket(pool: Pool, weights: BucketWeights, count: number, random: Random): string[] {
  const used = new Map<string, number>();
  return Array.from({ length: count }, () => {
    const bucket = BUCKETS[random.weighted(BUCKETS.map((name) => weights[name] ?? 0))]!;
    return takeUnused(pool.byBucket.get(bucket)!, used, random);
  });
}

/** `count` ids in proportion to weights, none twice while positive weight is left. Where none is positive: uniform. */
export function pickWeighted(problems: readonly PoolProblem[], weights: readonly number[], count: number, random: Random): string[] {
  const left = [...weights];
  return Array.from({ length: count }, () => {
    if (!left.some((weight) => weight > 0))
      left.splice(0, left.length, ...(weights.some((weight) => weight > 0) ? weights : weights.map(() => 1)));
    const at = random.weighted(left);
    left[at] = 0;
    return problems[at]!.id;
  });
}

function takeUnused(problems: readonly PoolProblem[], used: Map<string, number>, random: Random): string {
  const rounds = Math.min(...problems.map((problem) => used.get(problem.id) ?? 0));
  const open = problems.filter((problem) => (used.get(problem.id) ?? 0) === rounds);
  const { id } = random.pick(open);
  used.set(id, (used.get(id) ?? 0) + 1);
  return id;
}

/**
 * Moves the weight of buckets without problems to the nearest bucket that has some, the easier one of two equally near. Returns weights
 * over buckets that exist, summing to 1; throws RangeError where the pool has no bucket at all or no weight is positive.
 */
export function settleWeights(weights: BucketWeights, pool: Pool): BucketWeights {
  const total = BUCKETS.reduce((sum, bucket) => sum + (weights[bucket] ?? 0), 0);
  if (pool.byBucket.size === 0)
    throw new RangeError("no problem lies in any bucket: measure pass rates first, or use a sampler without buckets");
  if (!(total > 0)) throw new RangeError("no bucket has a positive weight");
  const settled: Partial<Record<Bucket, number>> = {};
  for (const [at, bucket] of BUCKETS.entries()) {
    const weight = (weights[bucket] ?? 0) / total;
    if (weight === 0) continue;
    const target = BUCKETS.filter((name) => pool.byBucket.has(name)).reduce((best, name) =>
      distance(name, at) < distance(best, at) ? name : best,
    );
    settled[target] = (settled[target] ?? 0) + weight;
  }
  return settled;
}

function distance(bucket: Bucket, at: number): number {
  return Math.abs(BUCKETS.indexOf(bucket) - at);
}

/** Buckets that have weight and no problems, named for a warning. */
export function emptyBuckets(weights: BucketWeights, pool: Pool): readonly Bucket[] {
  return BUCKETS.filter((bucket) => (weights[bucket] ?? 0) > 0 && !pool.byBucket.has(bucket));
}
