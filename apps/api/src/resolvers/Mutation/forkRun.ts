// Owns: Mutation.forkRun.
import { forkRun as fork } from "../../commands/fork-run.ts";
import { answer } from "../../commands/refusal.ts";
import { existing } from "../../commands/steer-run.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const forkRun: NonNullable<MutationResolvers["forkRun"]> = (_parent, { input }, { db, load, control }) =>
  answer(async () => {
    const from = existing(await load.run.load(input.runId), input.runId);
    return { run: await load.run.load(await fork(db, control, from, input)) };
  });
