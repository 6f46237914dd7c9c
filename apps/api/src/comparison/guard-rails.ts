// Owns: what a reader should know before believing a comparison, in plain sentences. Must not know: SQL, GraphQL.
import type { RunRow } from "@gradus/prisma/rows";

export interface GuardedArm {
  readonly name: string;
  readonly runs: readonly RunRow[];
  /** Metric -> seeds whose last value is not finite. */
  readonly nonFinite: ReadonlyMap<string, readonly number[]>;
  /** Metric -> seeds that have no value. */
  readonly missing: ReadonlyMap<string, readonly number[]>;
  readonly sandboxErrors: number;
  /** Steps of the evaluations that the improvement is from, one a run. */
  readonly evaluatedAt: readonly number[];
  /** Groups of a step x rollouts of a group; null where the arm does not say. */
  readonly rolloutsPerStep: number | null;
}

/** From so many intervals on, one of them is likely to exclude 0 by chance. */
const MANY_COMPARISONS = 10;
const FEW_SEEDS = 5;

export function guardRails(arms: readonly GuardedArm[], metrics: readonly string[], baseline: string | null): string[] {
  const fewest = Math.min(...arms.map(({ runs }) => runs.length));
  const compared = Math.max(0, arms.length - 1) * metrics.length;
  return [
    ...(arms.length > 0 && fewest < FEW_SEEDS
      ? [`${plural(fewest, "seed")} in the smallest arm: intervals over seeds are wide and assume a normal spread`]
      : []),
    ...arms.flatMap(ofArm),
    ...unmatched(arms, baseline),
    ...differentBudgets(arms),
    ...(compared >= MANY_COMPARISONS ? [`${compared} differences are looked at: about 1 in 20 intervals excludes 0 by chance`] : []),
  ];
}

function ofArm({ name, runs, nonFinite, missing, sandboxErrors, evaluatedAt }: GuardedArm): string[] {
  const running = runs.filter(({ status }) => !["COMPLETED", "FAILED", "CANCELLED"].includes(status));
  return [
    ...(running.length > 0
      ? [
          `${name}: ${plural(running.length, "run")} of ${runs.length} not finished (${running.map(progress).join(", ")}); the last value so far stands`,
        ]
      : []),
    ...runs
      .filter(({ status }) => status === "FAILED" || status === "CANCELLED")
      .map(
        (run) =>
          `${name}: seed ${run.seed} ended ${run.status} at step ${run.stepsDone} of ${run.totalSteps}${run.cause === null ? "" : ` (${run.cause})`}; its last value stands`,
      ),
    ...[...nonFinite].map(([metric, seeds]) => `${name}: ${metric} is not finite in ${listed("seed", seeds)}, which is left out`),
    ...[...missing].map(([metric, seeds]) => `${name}: ${metric} has no value in ${listed("seed", seeds)}`),
    ...(sandboxErrors > 0 ? [`${name}: ${plural(sandboxErrors, "rollout")} met a broken sandbox for good and earned no credit`] : []),
    ...(new Set(evaluatedAt).size > 1 ? [`${name}: seeds were last evaluated at different steps (${evaluatedAt.join(", ")})`] : []),
  ];
}

function unmatched(arms: readonly GuardedArm[], baseline: string | null): string[] {
  const base = arms.find(({ name }) => name === baseline);
  if (base === undefined) return [];
  const seeds = new Set(base.runs.map(({ seed }) => seed));
  return arms.flatMap((arm) => {
    const own = new Set(arm.runs.map(({ seed }) => seed));
    const alone = [...seeds.symmetricDifference(own)].toSorted((a, b) => a - b);
    return alone.length === 0 ? [] : [`${listed("seed", alone)} of ${base.name} and ${arm.name} not matched: left out of their difference`];
  });
}

function differentBudgets(arms: readonly GuardedArm[]): string[] {
  const lengths = new Set(arms.flatMap(({ runs }) => runs.map(({ totalSteps }) => totalSteps)));
  const known = arms.flatMap(({ name, rolloutsPerStep }) => (rolloutsPerStep === null ? [] : [{ name, rolloutsPerStep }]));
  const widths = new Set(known.map(({ rolloutsPerStep }) => rolloutsPerStep));
  return [
    ...(lengths.size > 1 ? [`runs differ in length: ${[...lengths].toSorted((a, b) => a - b).join(", ")} steps`] : []),
    ...(widths.size > 1
      ? [`budgets differ: ${known.map(({ name, rolloutsPerStep }) => `${name} ${rolloutsPerStep}`).join(", ")} rollouts a step`]
      : []),
  ];
}

const progress = ({ seed, stepsDone, totalSteps }: RunRow): string => `seed ${seed} at step ${stepsDone} of ${totalSteps}`;
const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
const listed = (noun: string, values: readonly number[]): string => `${noun}${values.length === 1 ? "" : "s"} ${values.join(", ")}`;
