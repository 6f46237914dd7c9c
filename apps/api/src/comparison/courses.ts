// Owns: the courses of runs out of their points, evaluations and groups. Must not know: arms, what is made of a course.
import type { Curve } from "@gradus/domain/statistics";
import type { Database } from "@gradus/prisma/database";
import { readMetricSeries } from "@gradus/prisma/reading/metric-reader";
import { countTrainingProblems, readSolvedGroups } from "@gradus/prisma/reading/solve-reader";
import type { EvaluationResultRow } from "@gradus/prisma/rows";
import { toBuckets } from "../metric-series.ts";
import type { Course } from "./scalars.ts";

const HELD_OUT = "evaluation/pass@1";

/** `before`: results of the evaluation before the first step, which runs of one beginning share, so that no point of a run has it. */
export async function readCourses(
  db: Database,
  runIds: readonly string[],
  metrics: readonly string[],
  before: ReadonlyMap<string, { readonly before: readonly EvaluationResultRow[] }>,
): Promise<Map<string, Course>> {
  const [series, groups, counted] = await Promise.all([
    readMetricSeries(db, runIds, metrics, { maxPoints: Number.MAX_SAFE_INTEGER, bucketWidth: 1 }),
    readSolvedGroups(db, runIds),
    countTrainingProblems(db, runIds),
  ]);
  const seriesOf = Map.groupBy(series, ({ runId }) => runId);
  const groupsOf = Map.groupBy(groups, ({ runId }) => runId);
  const problemsOf = Map.groupBy(counted, ({ runId }) => runId);
  return new Map(
    runIds.map((id) => {
      const curves = new Map(
        (seriesOf.get(id) ?? []).map(({ name, buckets }): [string, Curve] => [
          name,
          toBuckets(buckets).flatMap(({ toStep, mean }) => (typeof mean === "number" ? [{ x: toStep, y: mean }] : [])),
        ]),
      );
      const [heldOut, start] = [curves.get(HELD_OUT) ?? [], passAt1(before.get(id)?.before ?? [])];
      if (start !== null && (heldOut[0]?.x ?? 0) > 0) curves.set(HELD_OUT, [{ x: 0, y: start }, ...heldOut]);
      return [id, { curves, solved: groupsOf.get(id) ?? [], problems: problemsOf.get(id) ?? [] }];
    }),
  );
}

function passAt1(results: readonly EvaluationResultRow[]): number | null {
  const known = results.filter(({ samples }) => samples > 0);
  return known.length === 0 ? null : known.reduce((sum, { passes, samples }) => sum + passes / samples, 0) / known.length;
}
