// Owns: Mutation.restoreRun.
import { answer } from "../../commands/refusal.ts";
import { restoreIt } from "../../commands/shelve.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const restoreRun: NonNullable<MutationResolvers["restoreRun"]> = async (_parent, { id }, { db, load }) =>
  answer(async () => {
    await restoreIt(db, "Run", await load.run.load(id), id);
    return { run: await load.run.clear(id).load(id) };
  });
