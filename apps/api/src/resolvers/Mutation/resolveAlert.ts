// Owns: Mutation.resolveAlert.
import { resolveByHand } from "@gradus/prisma/alerts/alert-reader";
import { answer, Refusal } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const resolveAlert: NonNullable<MutationResolvers["resolveAlert"]> = async (_parent, { id }, { db, load, caller }) => ({
  alert: null,
  ...(await answer(async () => {
    const alert = await load.alert.load(id);
    if (alert === null) throw new Refusal(`there is no alert ${id}`, [{ path: "id", value: id, expected: "the id of an alert" }]);
    await resolveByHand(db, alert, caller.who);
    return { alert: await load.alert.clear(id).load(id) };
  })),
});
