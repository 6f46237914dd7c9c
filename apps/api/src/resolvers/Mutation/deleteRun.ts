// Owns: Mutation.deleteRun.
import { answer } from "../../commands/refusal.ts";
import { deleteIt } from "../../commands/shelve.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const deleteRun: NonNullable<MutationResolvers["deleteRun"]> = async (_parent, { id }, { db, load, deletion }) =>
  answer(async () => {
    await deleteIt(db, "Run", await load.run.load(id), id, deletion);
    return { run: await load.run.clear(id).load(id) };
  });
