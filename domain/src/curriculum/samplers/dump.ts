// Owns: strategy 11 of paper section 7, upper confidence bounds over buckets. Must not know: other strategies.
import { z } from "zod";
import type { Bucket } from "../../problem.ts";
import { figuresOf } from "../outcome.ts";
import { pickByBucket } from "../pick.ts";
import { BUCKETS, type Pool } from "../pool.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("dump"),
  /** Groups of a bucket that its mean looks back on. */
  window: z.number().int().min(1).default(300),
  /** Of the softmax over bounds. */
  temperature: z.number().positive().default(0.1),
});
type Parameters = z.infer<typeof Parameters>;

/** Bucket -> groups seen, and the latest mean sizes of the advantage, oldest first. */
type State = Record<string, { seen: number; recent: number[] }>;

/** Mean |advantage| over the window + sqrt(2 ln(total + 1) / (seen + 1)). */
export function upperBound(recent: readonly number[], seen: number, total: number): number {
  const mean = recent.length === 0 ? 0 : recent.reduce((a, b) => a + b, 0) / recent.length;
  return mean + Math.sqrt((2 * Math.log(total + 1)) / (seen + 1));
}

function weightsOf({ temperature }: Parameters, state: State, pool: Pool): Partial<Record<Bucket, number>> {
  const present = BUCKETS.filter((bucket) => pool.byBucket.has(bucket));
  const total = present.reduce((sum, bucket) => sum + (state[bucket]?.seen ?? 0), 0);
  const bounds = present.map((bucket) => upperBound(state[bucket]?.recent ?? [], state[bucket]?.seen ?? 0, total));
  const top = Math.max(...bounds);
  const scaled = bounds.map((bound) => Math.exp((bound - top) / temperature));
  const sum = scaled.reduce((a, b) => a + b, 0);
  return Object.fromEntries(present.map((bucket, i) => [bucket, scaled[i]! / sum]));
}

export const sampler = defineSampler<Parameters, State>({
  kind: "dump",
  summary: "buckets by softmax over an upper confidence bound of the mean size of the advantage",
  source: "DUMP, arXiv 2504.09710",
  parameters: Parameters,
  start: () => ({}),
  draw: (parameters, state, { pool, count, random }) => pickByBucket(pool, weightsOf(parameters, state, pool), count, random),
  observe: ({ window }, state, outcome, { pool }) => {
    const bucket = pool.byId.get(outcome.problemId)?.bucket;
    if (!bucket) return;
    const before = state[bucket] ?? { seen: 0, recent: [] };
    state[bucket] = { seen: before.seen + 1, recent: [...before.recent, figuresOf(outcome).meanAbsoluteAdvantage].slice(-window) };
  },
  metrics: (parameters, state, { pool }) =>
    Object.fromEntries(
      Object.entries(weightsOf(parameters, state, pool)).map(([bucket, weight]) => [`weight_${bucket.toLowerCase()}`, weight]),
    ),
});
