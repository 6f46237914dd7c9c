// Owns: Mutation.resumeRun.
import { answer } from "../../commands/refusal.ts";
import { steerRun } from "../../commands/steer-run.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const resumeRun: NonNullable<MutationResolvers["resumeRun"]> = (_parent, { id }, { load, control }) =>
  answer(async () => {
    await steerRun(await load.run.load(id), id, () => control.resumeRun(id));
    return { run: await load.run.clear(id).load(id) };
  });
