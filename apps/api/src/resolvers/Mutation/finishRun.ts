// Owns: Mutation.finishRun.
import { finishRun as finish } from "../../commands/external-run.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const finishRun: NonNullable<MutationResolvers["finishRun"]> = (_parent, { input: { runId, status, cause } }, { db, load }) =>
  answer(async () => {
    await finish(db, await load.run.load(runId), runId, status, cause ?? null);
    return { run: await load.run.clear(runId).load(runId) };
  });
