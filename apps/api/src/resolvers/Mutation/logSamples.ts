// Owns: Mutation.logSamples.
import { logSamples as store } from "@gradus/prisma/metrics/external-run-store";
import { checkBatchId, checkSamples } from "../../commands/check-batch.ts";
import { requireExternal, requireSegment } from "../../commands/external-run.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const logSamples: NonNullable<MutationResolvers["logSamples"]> = async (
  _parent,
  { input: { runId, batchId, segment, samples } },
  { db, load },
) => ({
  duplicate: null,
  ...(await answer(async () => {
    checkBatchId(batchId);
    const checked = checkSamples(samples);
    const run = await load.run.load(runId);
    requireExternal(run, runId);
    requireSegment(run, segment);
    return { duplicate: !(await store(db.sql, runId, batchId, segment, checked)) };
  })),
});
