// Owns: the fields of SynthesisTurn that are more than a column.
import { seedKey } from "@gradus/prisma/reading/synthesis-reader";
import { present } from "../errors.ts";
import type { SynthesisTurnResolvers } from "../generated/schema-types.ts";

export const SynthesisTurn: SynthesisTurnResolvers = {
  from: async ({ synthesisId, seed }, _args, { load }) => {
    const key = seedKey({ synthesisId, ordinal: seed });
    return present(await load.synthesisSeed.load(key), "seed", key);
  },
  problem: ({ problemId }, _args, { load }) => (problemId === null ? null : load.problem.load(problemId)),
  group: ({ groupId }, _args, { load }) => (groupId === null ? null : load.group.load(groupId)),
  call: ({ id }, _args, { load }) => load.teacherCall.load(id),
};
