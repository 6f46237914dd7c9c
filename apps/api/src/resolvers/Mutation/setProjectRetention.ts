// Owns: Mutation.setProjectRetention.
import { setProjectRetention as set } from "@gradus/prisma/retention-store";
import { answer, Refusal } from "../../commands/refusal.ts";
import { toPolicy } from "../../commands/set-retention.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const setProjectRetention: NonNullable<MutationResolvers["setProjectRetention"]> = async (
  _parent,
  { id, policy },
  { db, load },
) => ({
  project: null,
  ...(await answer(async () => {
    if ((await load.project.load(id)) === null)
      throw new Refusal(`there is no project ${id}`, [{ path: "id", value: id, expected: "the id of a project that exists" }]);
    await set(db.sql, id, toPolicy(policy));
    return { project: await load.project.clear(id).load(id) };
  })),
});
