// Owns: Mutation.pretrain.
import { pretrain as begin } from "../../commands/pretrain.ts";
import { answer } from "../../commands/refusal.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";
import { pretrainingOf } from "../Query/pretraining.ts";

export const pretrain: NonNullable<MutationResolvers["pretrain"]> = async (_parent, { input }, { control }) => ({
  pretraining: null,
  ...(await answer(async () => ({ pretraining: await pretrainingOf(control, await begin(control, input?.steps ?? null)) }))),
});
