// Owns: held-out results as rows to read against each other: by difficulty, and by how many samples one may take. Must not know: components.
import { armLook } from "../../arms/arm-look.ts";
import type { DotRow } from "../../components/dot-plot.tsx";
import { BUCKETS, bucketName } from "../../curves/buckets.ts";
import type { DataTable } from "../../download/csv.ts";
import type { EvaluatedQuery } from "../../generated/graphql.ts";
import { passAtK, usefulKs } from "../../statistics/pass-at-k.ts";
import { meanOverSeeds, meansBySeed } from "../../statistics/t-interval.ts";

export type EvaluatedRun = NonNullable<EvaluatedQuery["experiment"]>["runs"][number];
type Evaluation = EvaluatedRun["evaluations"][number];
interface Arm {
  readonly id: string;
  readonly ordinal: number;
  readonly name: string;
}

/** Of a run: the last evaluation after training, and the one before it. */
const after = ({ evaluations }: EvaluatedRun): Evaluation | undefined =>
  evaluations.filter(({ step, completedAt }) => step > 0 && completedAt != null).at(-1);
const before = ({ evaluations }: EvaluatedRun): Evaluation | undefined =>
  evaluations.find(({ step, completedAt }) => step === 0 && completedAt != null);

/** Of each seed. */
function values(
  of: (evaluation: Evaluation) => number | null,
  runs: readonly EvaluatedRun[],
  which: (run: EvaluatedRun) => Evaluation | undefined,
): number[] {
  return meansBySeed(
    runs.flatMap((run) => {
      const evaluation = which(run);
      const value = evaluation === undefined ? null : of(evaluation);
      return value === null ? [] : [{ seed: run.seed, value }];
    }),
  );
}

function rowsOf(
  arms: readonly Arm[],
  runs: readonly EvaluatedRun[],
  measures: readonly (readonly [label: string, of: (evaluation: Evaluation) => number | null])[],
): DotRow[] {
  return measures.flatMap(([label, of]): DotRow[] => {
    const dots = arms.flatMap(({ id, ordinal, name }) => {
      const estimate = meanOverSeeds(
        values(
          of,
          runs.filter(({ arm }) => arm.id === id),
          after,
        ),
      );
      return estimate === null ? [] : [{ key: id, label: name, ...armLook(ordinal), ...estimate }];
    });
    return dots.length === 0 ? [] : [{ label, before: meanOverSeeds(values(of, runs, before))?.mean ?? null, dots }];
  });
}

export const rowsByBucket = (arms: readonly Arm[], runs: readonly EvaluatedRun[]): DotRow[] =>
  rowsOf(arms, runs, [
    ["all", ({ passAt1 }) => passAt1 ?? null],
    ...BUCKETS.map(
      (bucket) => [bucketName(bucket), (one: Evaluation) => one.byBucket.find((of) => of.bucket === bucket)?.passAt1 ?? null] as const,
    ),
  ]);

/** Rows for k = 1, 2, 4 … up to the samples that every evaluation has. */
export function rowsByK(arms: readonly Arm[], runs: readonly EvaluatedRun[]): DotRow[] {
  const samples = Math.min(...runs.flatMap((run) => after(run)?.samples ?? []));
  const ks = Number.isFinite(samples) ? usefulKs(samples) : [];
  return rowsOf(
    arms,
    runs,
    ks.map(
      (k) =>
        [
          `pass@${k}`,
          ({ results }: Evaluation) => meanOf(results.nodes.flatMap((one) => passAtK(one.passes, one.samples, k) ?? [])),
        ] as const,
    ),
  );
}

const meanOf = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

export const dotTable = (first: string, rows: readonly DotRow[]): DataTable => ({
  columns: [first, "arm", "before", "mean", "low", "high", "n"],
  rows: rows.flatMap(({ label, before: was, dots }) => dots.map((dot) => [label, dot.label, was, dot.mean, dot.low, dot.high, dot.n])),
});
