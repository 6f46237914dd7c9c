// Owns: the fields of Evaluation that are more than a column.
import { isInWindow } from "@gradus/domain/evaluation";
import { meanPassAtK } from "@gradus/domain/statistics";
import type { LabelledResult } from "@gradus/prisma/reading/evaluation-reader";
import { badInput } from "../errors.ts";
import type { EvaluationResultModel } from "../mappers.ts";
import { askFor, toPage } from "../page.ts";
import type { ListOrder } from "../page.ts";
import type { EvaluationResolvers, EvaluationSplitKind } from "../generated/schema-types.ts";
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
  passAtK: async ({ id }, { k }, { load }) => passAtK(await load.labelledResultsOfEvaluation.load(id), atLeastOne(k)),
  splits: async ({ id }, { by, k, from, to }, { load }) => {
    const window = { from: day("from", from), to: day("to", to) };
    const inWindow = (await load.labelledResultsOfEvaluation.load(id)).filter(({ date }) =>
      isInWindow(window, date === null ? {} : { date }),
    );
    return [...Map.groupBy(inWindow, (result) => PART_OF[by](result))]
      .map(([name, results]) => ({ name, passAtK: passAtK(results, atLeastOne(k ?? 1)), problemCount: results.length }))
      .toSorted((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
  },
  results: async ({ id }, args, { load }) => {
    const ask = askFor(RESULTS, args, { usual: 200, most: 1_000 });
    return toPage(RESULTS, ask, await load.resultsOfEvaluation(id, ask));
  },
};

const PART_OF: Readonly<Record<EvaluationSplitKind, (result: LabelledResult) => string | null>> = {
  BUCKET: ({ bucket }) => bucket,
  ENVIRONMENT: ({ environment }) => environment,
  DIFFICULTY: ({ difficulty }) => difficulty,
};

function passAtK(results: readonly LabelledResult[], k: number): number | null {
  if (results.length === 0 || results.some(({ samples }) => samples < k)) return null;
  return meanPassAtK(
    results.map(({ passes, samples }) => ({ correct: passes, samples })),
    k,
  );
}

function atLeastOne(k: number): number {
  if (k < 1) throw badInput(`k: at least 1, got ${k}`);
  return k;
}

function day(name: string, value: string | null | undefined): string | undefined {
  if (value == null) return undefined;
  if (!/^\d{4}-\d{2}-\d{2}$/.test(value) || Number.isNaN(Date.parse(value))) throw badInput(`${name}: a day as YYYY-MM-DD, got ${value}`);
  return value;
}
