// Owns: the fields of Evaluation that are more than a column.
import type { EvaluationResultModel } from "../mappers.ts";
import { askFor, toPage } from "../page.ts";
import type { ListOrder } from "../page.ts";
import type { EvaluationResolvers } from "../generated/schema-types.ts";
import { globalIdOf } from "../global-id.ts";

const RESULTS: ListOrder<EvaluationResultModel> = { list: "results", keyLength: 1, keyOf: ({ problemId }) => [problemId] };

export const Evaluation: EvaluationResolvers = {
  globalId: ({ id }) => globalIdOf("Evaluation", id),
  passAt1: async ({ id }, _args, { load }) => {
    const scores = await load.scoresOfEvaluation.load(id);
    const problems = scores.reduce((sum, { problemCount }) => sum + problemCount, 0);
    return problems === 0 ? null : scores.reduce((sum, { passAt1, problemCount }) => sum + passAt1 * problemCount, 0) / problems;
  },
  problemCount: async ({ id }, _args, { load }) =>
    (await load.scoresOfEvaluation.load(id)).reduce((sum, { problemCount }) => sum + problemCount, 0),
  byBucket: async ({ id }, _args, { load }) => [...(await load.scoresOfEvaluation.load(id))],
  results: async ({ id }, args, { load }) => {
    const ask = askFor(RESULTS, args, { usual: 200, most: 1_000 });
    return toPage(RESULTS, ask, await load.resultsOfEvaluation(id, ask));
  },
};
