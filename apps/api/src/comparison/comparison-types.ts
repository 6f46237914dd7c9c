// Owns: the shape of a comparison as its resolvers start from it. Must not know: SQL, statistics.
import type { ArmRow, RunRow } from "@gradus/prisma/rows";
import type {
  ComparedEvaluation,
  ComparedMetric as ShownMetric,
  ComparedScalar,
  ComparisonCurve,
  Estimate,
  HeldOutImprovement,
  ProblemDifference,
  ScalarKind,
} from "../generated/schema-types.ts";

/** A metric of one arm or group. Resamples are drawn where they are asked for: pages that show many metrics do not. */
export type ComparedMetric = Omit<ShownMetric, "bootstrap"> & { readonly bootstrap: () => Estimate };

export interface ComparedArm {
  readonly arm: ArmRow;
  readonly runs: readonly RunRow[];
  readonly metrics: readonly ComparedMetric[];
  readonly curves: readonly ComparisonCurve[];
  readonly improvement: HeldOutImprovement | null;
  readonly overProblems: ProblemDifference | null;
  /** Read when asked for: they need every point and group of every run. */
  readonly scalars: (only: { readonly kinds?: readonly ScalarKind[] | null | undefined }) => Promise<readonly ComparedScalar[]>;
}

export interface Comparison {
  readonly metrics: readonly string[];
  readonly baselineArm: string | null;
  readonly arms: readonly ComparedArm[];
  readonly verdicts: readonly string[];
  readonly guardRails: readonly string[];
  readonly evaluations: readonly ComparedEvaluation[];
}
