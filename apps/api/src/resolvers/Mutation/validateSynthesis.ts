// Owns: Mutation.validateSynthesis.
import { answer } from "../../commands/refusal.ts";
import { checkSynthesis } from "../../commands/start-synthesis.ts";
import type { MutationResolvers } from "../../generated/schema-types.ts";

export const validateSynthesis: NonNullable<MutationResolvers["validateSynthesis"]> = async (_parent, { source }, { db }) => ({
  specification: null,
  maxTeacherCalls: null,
  maxStudentAttempts: null,
  ...(await answer(async () => {
    const specification = await checkSynthesis(db, source);
    const calls = specification.seeds.count * specification.turns;
    return { specification, maxTeacherCalls: calls, maxStudentAttempts: BigInt(calls) * BigInt(specification.attempts) };
  })),
});
