// Owns: Query.chain.
import { lineageOf } from "@gradus/domain/chain-lineage";
import { readChain, readTries } from "@gradus/prisma/reading/difficulty-reader";
import { present } from "../../errors.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

export const chain: NonNullable<QueryResolvers["chain"]> = async (_parent, { id, runId }, { db, load }) => {
  const rungs = await readChain(db, id, runId);
  const ids = rungs.map(({ problemId }) => problemId);
  const tries = await readTries(db, ids, { runIds: [runId], experimentId: null });
  const problem = async (problemId: string) => present(await load.problem.load(problemId), "problem", problemId);
  return Promise.all(
    lineageOf(rungs, tries).map(async ({ problemId, steppingStones, ...rung }) => ({
      ...rung,
      problem: await problem(problemId),
      steppingStones: await Promise.all(steppingStones.map(problem)),
    })),
  );
};
