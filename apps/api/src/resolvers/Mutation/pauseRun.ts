// Owns: Mutation.pauseRun.
import { answer } from "../../commands/refusal.ts";
import { steerRun } from "../../commands/steer-run.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const pauseRun: NonNullable<MutationResolvers["pauseRun"]> = (_parent, { id, cause }, { load, control }) =>
  answer(async () => {
    await steerRun(await load.run.load(id), id, () => control.pauseRun(id, cause ?? undefined));
    return { run: await load.run.clear(id).load(id) };
  });
