// Owns: Mutation.archiveRun.
import { answer } from "../../commands/refusal.ts";
import { archiveIt } from "../../commands/shelve.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const archiveRun: NonNullable<MutationResolvers["archiveRun"]> = async (_parent, { id }, { db, load }) =>
  answer(async () => {
    await archiveIt(db, "Run", await load.run.load(id), id);
    return { run: await load.run.clear(id).load(id) };
  });
