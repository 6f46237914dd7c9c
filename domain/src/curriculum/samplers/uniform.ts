// Owns: strategy 1 of paper section 7, uniform or balanced. Must not know: other strategies.
import { z } from "zod";
import { emptyBuckets, pickByBucket, pickUniform, settleWeights } from "../pick.ts";
import { BUCKETS } from "../pool.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({
  kind: z.literal("uniform"),
  /** problem: every problem alike. bucket: every bucket alike, then every problem inside it alike (the paper's wording allows both). */
  mass: z.enum(["problem", "bucket"]).default("problem"),
  /** Which buckets `mass: bucket` levels; empty ones are left out. */
  buckets: z
    .array(z.enum(["EASY", "EASY_MEDIUM", "MEDIUM", "HARD"]))
    .min(1)
    .default([...BUCKETS]),
});

export const sampler = defineSampler<z.infer<typeof Parameters>, null>({
  kind: "uniform",
  summary: "equal mass for every problem, or for every bucket",
  source: "baseline; E2H `balanced` (arXiv 2506.06632); paper 4",
  parameters: Parameters,
  start: () => null,
  draw: ({ mass, buckets }, _, { pool, count, random }) => {
    if (mass === "problem") return pickUniform(pool.problems, count, random);
    const present = buckets.filter((bucket) => pool.byBucket.has(bucket));
    const level = Object.fromEntries((present.length > 0 ? present : buckets).map((bucket) => [bucket, 1]));
    return pickByBucket(pool, settleWeights(level, pool), count, random);
  },
  warnings: ({ mass, buckets }, { pool }) =>
    mass === "problem"
      ? []
      : emptyBuckets(Object.fromEntries(buckets.map((bucket) => [bucket, 1])), pool).map(
          (bucket) => `no problem is ${bucket}: the others share its mass`,
        ),
});
