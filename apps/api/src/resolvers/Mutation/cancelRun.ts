// Owns: Mutation.cancelRun.
import { answer } from "../../commands/refusal.ts";
import { cancelRun as cancel } from "../../commands/steer-run.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const cancelRun: NonNullable<MutationResolvers["cancelRun"]> = (_parent, { id }, { db, load, control }) =>
  answer(async () => {
    await cancel(db, control, await load.run.load(id), id);
    return { run: await load.run.clear(id).load(id) };
  });
