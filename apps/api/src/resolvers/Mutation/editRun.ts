// Owns: Mutation.editRun.
import { answer } from "../../commands/refusal.ts";
import { editIt } from "../../commands/shelve.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const editRun: NonNullable<MutationResolvers["editRun"]> = async (_parent, { input }, { db, load }) =>
  answer(async () => {
    await editIt(db, "Run", await load.run.load(input.id), input);
    return { run: await load.run.clear(input.id).load(input.id) };
  });
