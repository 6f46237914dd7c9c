// Owns: Mutation.deleteTemplate.
import { deleteTemplate as remove, readTemplatesById } from "@gradus/prisma/saved-store";
import { answer, Refusal } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const deleteTemplate: NonNullable<MutationResolvers["deleteTemplate"]> = async (_parent, { id }, { db }) => ({
  template: null,
  ...(await answer(async () => {
    const [template] = await readTemplatesById(db, [id]);
    if (template === undefined)
      throw new Refusal(`there is no template ${id}`, [{ path: "id", value: id, expected: "the id of one that exists" }]);
    await remove(db, id);
    return { template };
  })),
});
