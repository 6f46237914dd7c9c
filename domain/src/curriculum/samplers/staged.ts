// Owns: strategy 2 of paper section 7, one level at a time. Must not know: other strategies.
import { z } from "zod";
import { bucketLevels, pickByLevel } from "../levels.ts";
import { defineSampler } from "../sampler.ts";

const Parameters = z.strictObject({ kind: z.literal("staged"), reverse: z.boolean().default(false) });

/** Level of a step (from 1): floor(t K / T) with t from 0, as E2H's `classic`. */
export function stageOf(step: number, totalSteps: number, levels: number, reverse: boolean): number {
  const stage = Math.min(Math.floor(((step - 1) * levels) / totalSteps), levels - 1);
  return reverse ? levels - 1 - stage : stage;
}

export const sampler = defineSampler<z.infer<typeof Parameters>, null>({
  kind: "staged",
  summary: "one bucket at a time in equal shares of the run, easy to hard (or the reverse)",
  source: "E2H `classic`, arXiv 2506.06632, its repository",
  parameters: Parameters,
  start: () => null,
  draw: ({ reverse }, _, { pool, step, totalSteps, count, random }) => {
    const levels = bucketLevels(pool);
    const stage = stageOf(step, totalSteps, levels.length, reverse);
    return pickByLevel(
      levels,
      levels.map((__, i) => (i === stage ? 1 : 0)),
      count,
      random,
    );
  },
  metrics: ({ reverse }, _, { pool, step, totalSteps }) => ({ stage: stageOf(step, totalSteps, bucketLevels(pool).length, reverse) }),
});
