// Owns: Mutation.setNodeDraining.
import { setNodeDraining as set } from "@gradus/prisma/training/node-store";
import { answer, Refusal } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const setNodeDraining: NonNullable<MutationResolvers["setNodeDraining"]> = async (_parent, { id, isDraining }, { db, load }) => ({
  node: null,
  ...(await answer(async () => {
    if (!(await set(db.sql, id, isDraining)))
      throw new Refusal(`there is no node ${id}`, [{ path: "id", value: id, expected: "the id of a node that was seen" }]);
    return { node: await load.node.clear(id).load(id) };
  })),
});
