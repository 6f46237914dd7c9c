// Owns: Mutation.pauseRun.
import { answer } from "../../commands/refusal.ts";
import { pauseRun as pause } from "../../commands/steer-run.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const pauseRun: NonNullable<MutationResolvers["pauseRun"]> = (_parent, { id, cause }, { db, load, control }) =>
  answer(async () => {
    await pause(db, control, await load.run.load(id), id, cause ?? undefined);
    return { run: await load.run.clear(id).load(id) };
  });
