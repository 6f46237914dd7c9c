// Owns: asking for the comparison of an experiment's arms. Must not know: how it is shown.
import { request } from "../client/api-client.ts";
import { ComparisonCurvesDocument, ComparisonDocument } from "../client/generated/operations.ts";
import type { ComparisonCurvesQuery, ComparisonQuery } from "../client/generated/operations.ts";
import { patiently } from "../client/patience.ts";

export interface CompareInput {
  readonly apiUrl: string;
  readonly experimentId: string;
  /** Absent: held-out pass@1, training reward and pass rate. */
  readonly metrics?: readonly string[];
  /** Absent: the first arm. */
  readonly baselineArm?: string;
  /** Absent: nothing is said of the steps to it. */
  readonly threshold?: number;
}

/** @throws RefusedError for an unknown experiment or arm */
export async function compareExperiment({
  apiUrl,
  experimentId,
  metrics,
  baselineArm,
  threshold,
}: CompareInput): Promise<ComparisonQuery["comparison"]> {
  const variables = {
    of: { experimentId },
    metrics: metrics === undefined ? null : [...metrics],
    baselineArm: baselineArm ?? null,
    threshold: threshold ?? null,
  };
  const { comparison } = await patiently(() => request(apiUrl, ComparisonDocument, variables));
  return comparison;
}

/** The same metrics over steps, for plots. @throws RefusedError for an unknown experiment */
export async function curvesOfExperiment(
  apiUrl: string,
  experimentId: string,
  curves: readonly string[],
): Promise<ComparisonCurvesQuery["comparison"]["arms"]> {
  const variables = { of: { experimentId }, curves: [...curves] };
  const { comparison } = await patiently(() => request(apiUrl, ComparisonCurvesDocument, variables));
  return comparison.arms;
}
