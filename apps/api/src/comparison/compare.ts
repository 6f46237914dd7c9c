// Owns: a comparison of arms out of what their runs left behind. Must not know: how arms are chosen, SQL.
import type { Database } from "@gradus/prisma/database";
import { readEvaluationsOfRuns, readResults } from "@gradus/prisma/reading/evaluation-reader";
import type { EvaluationOfRun } from "@gradus/prisma/reading/evaluation-reader";
import { readLastPoints, readMetricSeries } from "@gradus/prisma/reading/metric-reader";
import { countSandboxErrors } from "@gradus/prisma/reading/step-reader";
import type { ArmRow, RunRow } from "@gradus/prisma/rows";
import type { ComparedArm, Comparison } from "./comparison-types.ts";
import type { ComparedScalar, ScalarKind } from "../generated/schema-types.ts";
import { readCourses } from "./courses.ts";
import { bucketWidth, collapseSeeds } from "./curves.ts";
import { comparedMetric, corrected } from "./estimate.ts";
import { comparedEvaluations, evaluationRails } from "./evaluations.ts";
import { guardedArm, guardRails } from "./guard-rails.ts";
import { beforeAndAfter, heldOutImprovement, problemDifference } from "./improvement.ts";
import type { BeforeAndAfter } from "./improvement.ts";
import { RunValues } from "./run-values.ts";
import { compareScalars } from "./scalars.ts";

export interface ArmToCompare {
  readonly arm: ArmRow;
  /** By seed. */
  readonly runs: readonly RunRow[];
}

export interface ComparisonInput {
  readonly arms: readonly ArmToCompare[];
  /** The arm that the others are compared with; null where there is none. */
  readonly baseline: ArmToCompare | null;
  readonly metrics: readonly string[];
  readonly curves: readonly string[];
  readonly maxPoints: number;
  /** Of STEPS_TO_THRESHOLD; null: it is left out. */
  readonly threshold: number | null;
}

/** A fixed number of queries, however many runs there are. */
export async function compare(
  db: Database,
  { arms, baseline, metrics, curves, maxPoints, threshold }: ComparisonInput,
): Promise<Comparison> {
  const runs = arms.flatMap((arm) => arm.runs);
  const runIds = runs.map(({ id }) => id);
  const width = bucketWidth(Math.max(1, ...runs.map(({ totalSteps }) => totalSteps)), maxPoints);
  const [points, series, completed, broken] = await Promise.all([
    readLastPoints(db, runIds, metrics),
    curves.length === 0 ? [] : readMetricSeries(db, runIds, curves, { maxPoints, bucketWidth: width }),
    readCompleted(db, runIds),
    countSandboxErrors(db, runIds),
  ]);
  const evaluated = await readBeforeAndAfter(db, completed);
  const armOf = new Map(arms.flatMap(({ arm, runs: ofArm }) => ofArm.map(({ id }) => [id, arm.name])));
  const evaluations = comparedEvaluations(completed, (runId) => armOf.get(runId) ?? "");
  const values = new RunValues(points);
  const seriesOf = Map.groupBy(series, ({ runId }) => runId);

  const resultsOf = ({ runs: ofArm }: ArmToCompare): BeforeAndAfter[] => ofArm.flatMap(({ id }) => evaluated.get(id) ?? []);
  const side = ({ arm: { name }, runs: ofSide }: ArmToCompare, metric: string) => ({ name, values: values.finite(ofSide, metric) });
  let courses: ReturnType<typeof readCourses> | undefined;
  const compareAll = async (kinds: readonly ScalarKind[] | null): Promise<Map<string, ComparedScalar[]>> =>
    compareScalars(
      arms.map((one) => ({ name: one.arm.name, runs: one.runs })),
      baseline?.arm.name ?? null,
      await (courses ??= readCourses(db, runIds, metrics, evaluated)),
      { metrics, threshold, kinds },
    );
  // Every arm is asked for the same ones.
  const scalars = new Map<string, ReturnType<typeof compareAll>>();
  const scalarsOfAll = (kinds: readonly ScalarKind[] | null): ReturnType<typeof compareAll> => {
    const key = JSON.stringify(kinds);
    const known = scalars.get(key) ?? compareAll(kinds);
    scalars.set(key, known);
    return known;
  };
  const compared = arms.map((one): ComparedArm => {
    const { arm, runs: ofArm } = one;
    return {
      ...one,
      metrics: metrics.map((name) =>
        comparedMetric(
          name,
          side(one, name),
          values.perSeed(ofArm, name),
          baseline === null || one === baseline ? null : side(baseline, name),
        ),
      ),
      curves: curves.map((name) => collapseSeeds(name, ofArm, seriesOf, width)),
      improvement: heldOutImprovement(arm.name, resultsOf(one)),
      overProblems:
        baseline === null || one === baseline
          ? null
          : problemDifference({ name: baseline.arm.name, runs: resultsOf(baseline) }, { name: arm.name, runs: resultsOf(one) }),
      scalars: async ({ kinds }) => (await scalarsOfAll(kinds ?? null)).get(arm.name) ?? [],
    };
  });
  const adjusted = corrected(compared.map((one) => one.metrics));
  const known = {
    values,
    metrics,
    errorsOf: new Map(broken.map(({ runId, errors }) => [runId, errors])),
    evaluatedAt: new Map([...evaluated].map(([runId, { step }]) => [runId, step])),
  };
  const guarded = arms.map(({ arm, runs: ofArm }) => guardedArm(arm.name, ofArm, [arm.configuration], known));
  const baselineArm = baseline?.arm.name ?? null;
  return {
    metrics,
    baselineArm,
    arms: compared.map((one, at) => ({ ...one, metrics: adjusted[at] ?? one.metrics })),
    verdicts: compared.flatMap(verdictsOf),
    guardRails: [...guardRails(guarded, metrics, baselineArm), ...evaluationRails(evaluations)],
    evaluations,
  };
}

export const verdictsOf = ({ metrics, improvement }: Pick<ComparedArm, "metrics" | "improvement">): string[] => [
  ...(improvement === null ? [] : [improvement.sentence]),
  ...metrics.flatMap(({ difference }) => difference?.sentence ?? []),
];

/** Evaluations of runs that have ended. */
export const readCompleted = async (db: Database, runIds: readonly string[]): Promise<EvaluationOfRun[]> =>
  (await readEvaluationsOfRuns(db, runIds)).filter(({ completedAt }) => completedAt !== null);

/** The results of both evaluations of every run that has both. */
export async function readBeforeAndAfter(
  db: Database,
  completed: readonly EvaluationOfRun[],
): Promise<Map<string, BeforeAndAfter & { readonly step: number }>> {
  const pairs = beforeAndAfter(completed).map(({ runId, before, after }) => ({
    runId,
    before: before.id,
    after: after.id,
    step: after.step,
  }));
  const ids = new Set(pairs.flatMap(({ before, after }) => [before, after]));
  const results = Map.groupBy(await readResults(db, [...ids]), ({ evaluationId }) => evaluationId);
  return new Map(
    pairs.map(({ runId, before, after, step }) => [runId, { before: results.get(before) ?? [], after: results.get(after) ?? [], step }]),
  );
}
