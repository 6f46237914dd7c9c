// Owns: Mutation.cancelRun.
import { answer } from "../../commands/refusal.ts";
import { steerRun } from "../../commands/steer-run.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const cancelRun: NonNullable<MutationResolvers["cancelRun"]> = (_parent, { id }, { load, control }) =>
  answer(async () => {
    await steerRun(await load.run.load(id), id, () => control.cancelRun(id));
    return { run: await load.run.clear(id).load(id) };
  });
