// Owns: ordered difficulty levels of a pool, for strategies that climb. Must not know: any strategy.
import type { Random } from "../random.ts";
import { pickUniform } from "./pick.ts";
import { BUCKETS, difficultyOf, type Pool, type PoolProblem } from "./pool.ts";

/** Levels from easy to hard; none is empty. */
export type Levels = readonly (readonly PoolProblem[])[];

/** The buckets that have problems. Throws RangeError where there is none. */
export function bucketLevels(pool: Pool): Levels {
  const levels = BUCKETS.flatMap((bucket) => (pool.byBucket.has(bucket) ? [pool.byBucket.get(bucket)!] : []));
  if (levels.length === 0) throw new RangeError("no problem lies in any bucket: measure pass rates first");
  return levels;
}

/** `count` levels of equal size by static difficulty; fewer where there are fewer problems. */
export function quantileLevels(pool: Pool, count: number): Levels {
  const sorted = [...pool.problems].sort((a, b) => difficultyOf(a) - difficultyOf(b) || (a.id < b.id ? -1 : 1));
  const levels = Array.from({ length: count }, (_, i) =>
    sorted.slice(Math.floor((i * sorted.length) / count), Math.floor(((i + 1) * sorted.length) / count)),
  );
  return levels.filter((level) => level.length > 0);
}

/** Index of the level that holds a problem; -1 where none does. */
export function levelOf(levels: Levels, problemId: string): number {
  return levels.findIndex((level) => level.some((problem) => problem.id === problemId));
}

/** `count` ids: a level in proportion to its weight for each, uniform inside a level without needless repeats. */
export function pickByLevel(levels: Levels, weights: readonly number[], count: number, random: Random): string[] {
  const wanted = levels.map(() => 0);
  for (let i = 0; i < count; i++) wanted[random.weighted(weights)]!++;
  return random.shuffle(levels.flatMap((level, i) => pickUniform(level, wanted[i]!, random)));
}

/** Weights as metrics `weight_0`, `weight_1`, ... from easy to hard. */
export function levelMetrics(weights: readonly number[]): Record<string, number> {
  return Object.fromEntries(weights.map((weight, i) => [`weight_${i}`, weight]));
}
