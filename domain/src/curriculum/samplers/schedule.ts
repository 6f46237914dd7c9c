// Owns: strategies 2 to 5 of paper section 7, categorical weights that are constant between cuts. Must not know: named presets.
import { z } from "zod";
import type { Bucket } from "../../problem.ts";
import { emptyBuckets, pickByBucket, settleWeights, type BucketWeights } from "../pick.ts";
import { BUCKETS } from "../pool.ts";
import { defineSampler, type RunContext } from "../sampler.ts";

const BucketName = z.enum(["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"]);
const Weight = z.number().min(0).max(1);

/** One row: weights that hold until `until`, which is excluded. */
const Stage = z
  .strictObject({
    until: z.number().positive(),
    weights: z.strictObject({
      EASY: Weight.optional(),
      EASY_MEDIUM: Weight.optional(),
      MEDIUM: Weight.optional(),
      HARD: Weight.optional(),
    }),
  })
  .refine((stage) => Math.abs(sumOf(stage.weights) - 1) < 1e-9, { message: "weights of a stage must sum to 1", path: ["weights"] });

const Parameters = z
  .strictObject({
    kind: z.literal("schedule"),
    /** step: `until` counts finished steps, so [0, 10000) are steps 1 to 10,000. fraction: of the run's total steps. */
    unit: z.enum(["step", "fraction"]).default("fraction"),
    /** In order; each begins where the one before ended, the first at 0. The last one also holds beyond its end. */
    stages: z.array(Stage).min(1),
    /** Draws a bucket in place of another: the paper's medium-start reads its easy level as EASY_MEDIUM. */
    remap: z.partialRecord(BucketName, BucketName).default({}),
  })
  .refine(({ stages }) => stages.every((stage, i) => i === 0 || stage.until > stages[i - 1]!.until), {
    message: "`until` must rise",
    path: ["stages"],
  })
  .refine(({ unit, stages }) => unit === "step" || stages.at(-1)!.until === 1, {
    message: "the last `until` of fractions must be 1",
    path: ["stages"],
  });
type Parameters = z.infer<typeof Parameters>;

function sumOf(weights: Readonly<Record<string, number | undefined>>): number {
  return Object.values(weights).reduce<number>((sum, weight) => sum + (weight ?? 0), 0);
}

/** The scheduled weights of a step (from 1), after remapping, before empty buckets are settled. */
export function scheduledWeights({ unit, stages, remap }: Parameters, step: number, totalSteps: number): BucketWeights {
  // Division, not multiplication: n / total rounds to the same double as the literal it equals.
  const position = unit === "step" ? step - 1 : (step - 1) / totalSteps;
  const stage = stages.find((row) => position < row.until) ?? stages.at(-1)!;
  const weights: Partial<Record<Bucket, number>> = {};
  for (const bucket of BUCKETS) {
    const weight = stage.weights[bucket] ?? 0;
    const target = remap[bucket] ?? bucket;
    if (weight > 0) weights[target] = (weights[target] ?? 0) + weight;
  }
  return weights;
}

function warningsOf(parameters: Parameters, { pool }: RunContext): string[] {
  const wanted = parameters.stages
    .map((stage) => stage.weights)
    .flatMap((weights) =>
      emptyBuckets(
        Object.fromEntries(Object.entries(weights).map(([bucket, weight]) => [parameters.remap[bucket as Bucket] ?? bucket, weight])),
        pool,
      ),
    );
  return [...new Set(wanted)].map((bucket) => `no problem is ${bucket}: its weight goes to the nearest bucket that has some`);
}

export const sampler = defineSampler<Parameters, null>({
  kind: "schedule",
  summary: "bucket weights by step, constant between cuts; uniform inside a bucket",
  source: "paper Tables 2 and 4, section 4.3",
  parameters: Parameters,
  start: () => null,
  draw: (parameters, _, { pool, step, totalSteps, count, random }) =>
    pickByBucket(pool, settleWeights(scheduledWeights(parameters, step, totalSteps), pool), count, random),
  metrics: (parameters, _, { step, totalSteps }) => {
    const weights = scheduledWeights(parameters, step, totalSteps);
    return Object.fromEntries(BUCKETS.map((bucket) => [`scheduled_${bucket.toLowerCase()}`, weights[bucket] ?? 0]));
  },
  warnings: warningsOf,
});
