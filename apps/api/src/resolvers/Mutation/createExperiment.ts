// Owns: Mutation.createExperiment.
import { createExperiment as create } from "../../commands/create-experiment.ts";
import { answer } from "../../commands/refusal.ts";
import { startExperiment } from "../../commands/start-experiment.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const createExperiment: NonNullable<MutationResolvers["createExperiment"]> = async (_parent, { input }, { db, load, control }) => {
  const created = await answer(async () => ({ id: await create(db, input) }));
  if (!created.ok) return created;
  const stored = await load.experiment.load(created.id);
  if (!input.start) return { ok: true, error: null, experiment: stored };
  const started = await answer(async () => {
    await startExperiment(db, control, stored, created.id);
    return {};
  });
  // The one refusal that comes after a change: the client is told both.
  const error = started.ok ? null : { ...started.error, message: `stored as ${created.id}, but not started: ${started.error.message}` };
  return { ok: started.ok, error, experiment: stored };
};
