// Owns: held-out pass@1 after training against before, paired over problems, seeds pooled. Must not know: arms, SQL.
import { mcNemar, mean, pairByProblem, verdictSentence } from "@gradus/domain/statistics";
import type { ProblemCount } from "@gradus/domain/statistics";
import type { EvaluationOfRun } from "@gradus/prisma/reading/evaluation-reader";
import type { EvaluationResultRow } from "@gradus/prisma/rows";
import type { HeldOutImprovement, ProblemDifference } from "../generated/schema-types.ts";
import { excludesZero, toEstimate } from "./estimate.ts";

/** A run's results before its first step, and at its latest evaluation. */
export interface BeforeAndAfter {
  readonly before: readonly EvaluationResultRow[];
  readonly after: readonly EvaluationResultRow[];
}

/** Of every run that has both: its completed evaluation of step 0 on the experiment's own held-out problems, and its latest later one. */
export function beforeAndAfter(completed: readonly EvaluationOfRun[]): {
  readonly runId: string;
  readonly before: EvaluationOfRun;
  readonly after: EvaluationOfRun;
}[] {
  const own = completed.filter(({ suite }) => suite === null);
  return [...Map.groupBy(own, ({ ofRun }) => ofRun)].flatMap(([runId, ofRun]) => {
    const before = ofRun.find(({ step }) => step === 0);
    const after = ofRun.findLast(({ step }) => step > 0);
    return before === undefined || after === undefined ? [] : [{ runId, before, after }];
  });
}

/** Names the resamples: the same results give the same interval. */
const BOOTSTRAP_SEED = 0;

/** Null where no run was evaluated before and after. */
export function heldOutImprovement(arm: string, runs: readonly BeforeAndAfter[]): HeldOutImprovement | null {
  const evaluated = runs.filter(({ before, after }) => before.length > 0 && after.length > 0);
  const before = pool(evaluated.flatMap((run) => run.before));
  const after = pool(evaluated.flatMap((run) => run.after));
  const difference = pairByProblem(before, after, BOOTSTRAP_SEED);
  if (difference === null) return null;
  const shared = [...before.keys()].filter((id) => after.has(id));
  return {
    estimate: toEstimate(difference),
    before: mean(shared.map((id) => share(before.get(id)))),
    after: mean(shared.map((id) => share(after.get(id)))),
    seeds: evaluated.length,
    excludesZero: excludesZero(difference),
    sentence: verdictSentence(difference, { metric: "held-out pass@1", a: "before training", b: `${arm} after it` }),
  };
}

/** The arm after training against the baseline after training. Null where they share no problem. */
export function problemDifference(
  baseline: { readonly name: string; readonly runs: readonly BeforeAndAfter[] },
  arm: { readonly name: string; readonly runs: readonly BeforeAndAfter[] },
): ProblemDifference | null {
  const [theirs, own] = [baseline, arm].map(({ runs }) => pool(runs.flatMap(({ after }) => after))) as [Counts, Counts];
  const difference = pairByProblem(theirs, own, BOOTSTRAP_SEED);
  if (difference === null) return null;
  const { onlyA: onlyBaseline, onlyB: onlyArm, pValue } = mcNemar(mostlySolved(theirs), mostlySolved(own));
  const sentence = verdictSentence(difference, { metric: "held-out pass@1 over problems", a: baseline.name, b: arm.name });
  return { estimate: toEstimate(difference), onlyBaseline, onlyArm, pValue, excludesZero: excludesZero(difference), sentence };
}

type Counts = ReadonlyMap<string, ProblemCount>;
const mostlySolved = (counts: Counts): ReadonlyMap<string, boolean> =>
  new Map([...counts].map(([id, count]) => [id, 2 * count.correct >= count.samples]));

function pool(results: readonly EvaluationResultRow[]): ReadonlyMap<string, ProblemCount> {
  const counts = new Map<string, ProblemCount>();
  for (const { problemId, passes, samples } of results) {
    // Every attempt met a broken sandbox: nothing is known of the problem here.
    if (samples === 0) continue;
    const known = counts.get(problemId) ?? { correct: 0, samples: 0 };
    counts.set(problemId, { correct: known.correct + passes, samples: known.samples + samples });
  }
  return counts;
}

const share = (count: ProblemCount | undefined): number => (count === undefined ? 0 : count.correct / count.samples);
