// Owns: Mutation.deleteView.
import { deleteView as remove, readSavedViewsById } from "@gradus/prisma/saved-store";
import { answer, Refusal } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const deleteView: NonNullable<MutationResolvers["deleteView"]> = async (_parent, { id }, { db }) => ({
  view: null,
  ...(await answer(async () => {
    const [view] = await readSavedViewsById(db, [id]);
    if (view === undefined) throw new Refusal(`there is no view ${id}`, [{ path: "id", value: id, expected: "the id of one that exists" }]);
    await remove(db, id);
    return { view };
  })),
});
