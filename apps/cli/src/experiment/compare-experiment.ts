// Owns: asking for the comparison of an experiment's arms, or of its runs grouped otherwise. Must not know: how it is shown.
import { request } from "../client/api-client.ts";
import {
  ComparisonCurvesDocument,
  ComparisonDocument,
  ExperimentDocument,
  GroupComparisonDocument,
} from "../client/generated/operations.ts";
import type { ComparisonCurvesQuery, ComparisonQuery, GroupComparisonQuery, RunKey } from "../client/generated/operations.ts";
import { patiently } from "../client/patience.ts";
import { RefusedError } from "../client/refused.ts";
import { unknownExperiment } from "./watch-experiment.ts";

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
  if (comparison.arms.length === 0) await requireExperiment(apiUrl, experimentId);
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

/** Nothing to compare is an answer only where there is an experiment. @throws RefusedError */
async function requireExperiment(apiUrl: string, id: string): Promise<void> {
  if ((await patiently(() => request(apiUrl, ExperimentDocument, { id }))).experiment === null) throw unknownExperiment(id);
}

export interface GroupsInput extends Pick<CompareInput, "apiUrl" | "experimentId" | "metrics" | "baselineArm"> {
  /** Parameters by their names, or `tags.`, `metrics.` and `attributes.` with a name. */
  readonly by: readonly string[];
  /** Whether curves are asked for too. */
  readonly withCurves: boolean;
}

export interface ComparedGroups {
  readonly comparison: ComparisonQuery["comparison"];
  readonly curves: ComparisonCurvesQuery["comparison"]["arms"];
}

const KINDS = { tags: "TAG", metrics: "METRIC", attributes: "ATTRIBUTE" } as const;

function keyOf(text: string): RunKey {
  const [, kind, name] = /^(tags|metrics|attributes)\.(.+)$/s.exec(text) ?? [];
  return kind === undefined || name === undefined
    ? { property: "CONFIG", name: text }
    : { property: KINDS[kind as keyof typeof KINDS], name };
}

/** Groups of the experiment's runs in the place of arms: everything else that differs, seeds above all, is collapsed. @throws RefusedError */
export async function compareGroups({ apiUrl, experimentId, by, metrics, baselineArm, withCurves }: GroupsInput): Promise<ComparedGroups> {
  const ask = async (baseline: unknown[] | null, curves: readonly string[]): Promise<GroupComparisonQuery["groupComparison"]> => {
    const variables = { of: { experimentId }, by: [], groupBy: by.map(keyOf), metrics: metrics === undefined ? null : [...metrics] };
    return (await patiently(() => request(apiUrl, GroupComparisonDocument, { ...variables, curves: [...curves], baseline })))
      .groupComparison;
  };
  let compared = await ask(null, []);
  if (compared.groups.length === 0) await requireExperiment(apiUrl, experimentId);
  const wanted = baselineArm === undefined ? undefined : compared.groups.find(({ label }) => label === baselineArm);
  if (baselineArm !== undefined && wanted === undefined)
    throw new RefusedError(`there is no group ${baselineArm}`, [
      { path: "--baseline", value: baselineArm, expected: `one of ${compared.groups.map(({ label }) => label).join(" | ")}` },
    ]);
  if (wanted !== undefined || withCurves)
    compared = await ask(wanted === undefined ? null : [...wanted.key], withCurves ? compared.metrics : []);
  const { groups, baseline, ...said } = compared;
  return {
    comparison: {
      ...said,
      baselineArm: baseline,
      arms: groups.map(({ label, key: _key, curves: _curves, ...group }) => ({ arm: { name: label }, ...group, scalars: [] })),
    },
    curves: groups.map(({ label, curves }) => ({ arm: { name: label }, curves })),
  };
}
