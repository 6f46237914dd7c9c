// Owns: Mutation.logMetrics.
import { logPoints } from "@gradus/prisma/metrics/external-run-store";
import { checkBatchId, checkSeries } from "../../commands/check-batch.ts";
import { requireExternal, requireSegment } from "../../commands/external-run.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const logMetrics: NonNullable<MutationResolvers["logMetrics"]> = async (
  _parent,
  { input: { runId, batchId, segment, series } },
  { db, load },
) => ({
  duplicate: null,
  ...(await answer(async () => {
    checkBatchId(batchId);
    const points = checkSeries(series);
    const run = await load.run.load(runId);
    requireExternal(run, runId);
    requireSegment(run, segment);
    return { duplicate: !(await logPoints(db.sql, runId, batchId, segment, points)) };
  })),
});
