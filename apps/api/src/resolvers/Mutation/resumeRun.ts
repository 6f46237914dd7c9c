// Owns: Mutation.resumeRun.
import { answer } from "../../commands/refusal.ts";
import { resumeRun as resume } from "../../commands/steer-run.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const resumeRun: NonNullable<MutationResolvers["resumeRun"]> = (_parent, { id }, { db, load, control }) =>
  answer(async () => {
    await resume(db, control, await load.run.load(id), id);
    return { run: await load.run.clear(id).load(id) };
  });
