// Owns: strategy 10 of paper section 7, a bandit over buckets. Must not know: other strategies.
import { z } from "zod";
import type { Bucket } from "../../problem.ts";
import { figuresOf } from "../outcome.ts";
import { pickByBucket } from "../pick.ts";
import { BUCKETS, type Pool } from "../pool.ts";
import { defineSampler } from "../sampler.ts";
import { emptyStep, gather, meansOf, type StepMeans } from "../step-means.ts";

const Parameters = z.strictObject({
  kind: z.literal("sec"),
  /** Weight of the newest reward; the paper uses 0.2 to 0.5. */
  learningRate: z.number().gt(0).max(1).default(0.5),
  /** Of the softmax. Chosen here for undivided binary advantages, whose mean size is at most 0.5. */
  temperature: z.number().positive().default(0.1),
});
type Parameters = z.infer<typeof Parameters>;

interface State {
  values: Record<string, number>;
  open: StepMeans;
}

/** Q <- alpha r + (1 - alpha) Q for every arm that the step drew. */
export function updateValues(
  values: Readonly<Record<string, number>>,
  rewards: Readonly<Record<string, number>>,
  learningRate: number,
): Record<string, number> {
  const updated = Object.entries(rewards).map(
    ([arm, reward]) => [arm, learningRate * reward + (1 - learningRate) * (values[arm] ?? 0)] as const,
  );
  return { ...values, ...Object.fromEntries(updated) };
}

function weightsOf({ learningRate, temperature }: Parameters, { values, open }: State, pool: Pool): Partial<Record<Bucket, number>> {
  const current = updateValues(values, meansOf(open), learningRate);
  const present = BUCKETS.filter((bucket) => pool.byBucket.has(bucket));
  const scaled = present.map((bucket) => Math.exp((current[bucket] ?? 0) / temperature));
  const total = scaled.reduce((a, b) => a + b, 0);
  return Object.fromEntries(present.map((bucket, i) => [bucket, scaled[i]! / total]));
}

export const sampler = defineSampler<Parameters, State>({
  kind: "sec",
  summary: "a bandit over buckets that is paid the mean size of the advantage, drawn by softmax",
  source: "SEC, arXiv 2505.14970",
  parameters: Parameters,
  start: () => ({ values: {}, open: emptyStep() }),
  draw: (parameters, state, { pool, count, random }) => pickByBucket(pool, weightsOf(parameters, state, pool), count, random),
  observe: ({ learningRate }, state, outcome, { pool }) => {
    const bucket = pool.byId.get(outcome.problemId)?.bucket;
    if (!bucket) return;
    gather(state.open, outcome.step, bucket, figuresOf(outcome).meanAbsoluteAdvantage, (rewards) => {
      state.values = updateValues(state.values, rewards, learningRate);
    });
  },
  metrics: (parameters, state, { pool }) =>
    Object.fromEntries(
      Object.entries(weightsOf(parameters, state, pool)).map(([bucket, weight]) => [`weight_${bucket.toLowerCase()}`, weight]),
    ),
});
