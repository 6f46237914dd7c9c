// Owns: Mutation.setRunRetention.
import { setRunRetention as set } from "@gradus/prisma/retention-store";
import { answer } from "../../commands/refusal.ts";
import { toPolicy } from "../../commands/set-retention.ts";
import { existing } from "../../commands/steer-run.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const setRunRetention: NonNullable<MutationResolvers["setRunRetention"]> = async (_parent, { id, policy }, { db, load }) =>
  answer(async () => {
    existing(await load.run.load(id), id);
    await set(db.sql, id, toPolicy(policy));
    return { run: await load.run.clear(id).load(id) };
  });
