// Owns: what a reader should know before believing a comparison, in plain sentences. Must not know: SQL, GraphQL.
import type { RunRow } from "@gradus/prisma/rows";
import type { RunValues } from "./run-values.ts";

/** An arm, or a group of runs in place of one. */
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
  /** Groups of a step x rollouts of a group, each once; none where its runs do not say. */
  readonly rolloutsPerStep: readonly number[];
}

/** What is known of compared runs, each by its id. */
export interface Known {
  readonly values: RunValues;
  readonly metrics: readonly string[];
  readonly errorsOf: ReadonlyMap<string, number>;
  readonly evaluatedAt: ReadonlyMap<string, number>;
}

export const guardedArm = (
  name: string,
  runs: readonly RunRow[],
  configurations: readonly unknown[],
  { values, metrics, errorsOf, evaluatedAt }: Known,
): GuardedArm => ({
  name,
  runs,
  missing: values.missing(runs, metrics),
  nonFinite: values.nonFinite(runs, metrics),
  sandboxErrors: runs.reduce((sum, { id }) => sum + (errorsOf.get(id) ?? 0), 0),
  rolloutsPerStep: [...new Set(configurations.flatMap(rolloutsPerStep))].toSorted((a, b) => a - b),
  evaluatedAt: runs.flatMap(({ id }) => evaluatedAt.get(id) ?? []),
});

/** Of an arm of ours; nothing for what others have logged. */
function rolloutsPerStep(configuration: unknown): number[] {
  const { training } = (configuration ?? {}) as { readonly training?: { readonly groupsPerStep?: unknown; readonly groupSize?: unknown } };
  const { groupsPerStep, groupSize } = training ?? {};
  return typeof groupsPerStep === "number" && typeof groupSize === "number" ? [groupsPerStep * groupSize] : [];
}

/** From so many intervals on, one of them is likely to exclude 0 by chance. */
const MANY_COMPARISONS = 10;
const FEW_SEEDS = 5;

/** `kind`: what stands beside what. */
export function guardRails(
  arms: readonly GuardedArm[],
  metrics: readonly string[],
  baseline: string | null,
  kind: "arm" | "group" = "arm",
): string[] {
  const fewest = Math.min(...arms.map(({ runs }) => new Set(runs.map(({ seed }) => seed)).size));
  const compared = Math.max(0, arms.length - 1) * metrics.length;
  return [
    ...(arms.length > 0 && fewest < FEW_SEEDS
      ? [`${plural(fewest, "seed")} in the smallest ${kind}: intervals over seeds are wide and assume a normal spread`]
      : []),
    ...arms.flatMap(ofArm),
    ...unmatched(arms, baseline),
    ...differentBudgets(arms),
    ...(compared >= MANY_COMPARISONS ? [`${compared} differences are looked at: about 1 in 20 intervals excludes 0 by chance`] : []),
  ];
}

function ofArm({ name, runs, nonFinite, missing, sandboxErrors, evaluatedAt }: GuardedArm): string[] {
  const shared = [...Map.groupBy(runs, ({ seed }) => seed)].flatMap(([seed, of]) => (of.length > 1 ? [seed] : []));
  const running = runs.filter(({ status }) => !["COMPLETED", "FAILED", "CANCELLED"].includes(status));
  return [
    ...(shared.length > 0 ? [`${name}: several runs have ${listed("seed", shared)}: their mean counts once`] : []),
    ...(running.length > 0
      ? [
          `${name}: ${plural(running.length, "run")} of ${runs.length} not finished (${running.map(progress).join(", ")}); the last value so far stands`,
        ]
      : []),
    ...runs
      .filter(({ status }) => status === "FAILED" || status === "CANCELLED")
      .map(
        (run) =>
          `${name}: seed ${run.seed} ended ${run.status} ${stepOf(run)}${run.cause === null ? "" : ` (${run.cause})`}; its last value stands`,
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
  const lengths = new Set(arms.flatMap(({ runs }) => runs.flatMap(({ totalSteps }) => (totalSteps > 0 ? [totalSteps] : []))));
  const known = arms.filter(({ rolloutsPerStep }) => rolloutsPerStep.length > 0);
  const widths = new Set(known.flatMap(({ rolloutsPerStep }) => rolloutsPerStep));
  return [
    ...(lengths.size > 1 ? [`runs differ in length: ${[...lengths].toSorted((a, b) => a - b).join(", ")} steps`] : []),
    ...(widths.size > 1
      ? [
          `budgets differ: ${known.map(({ name, rolloutsPerStep }) => `${name} ${rolloutsPerStep.join(" or ")}`).join(", ")} rollouts a step`,
        ]
      : []),
  ];
}

/** A run that others train may not have said how many steps it will have: 0. */
const stepOf = ({ stepsDone, totalSteps }: RunRow): string => `at step ${stepsDone}${totalSteps > 0 ? ` of ${totalSteps}` : ""}`;
const progress = (run: RunRow): string => `seed ${run.seed} ${stepOf(run)}`;
const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
function listed(noun: string, values: readonly number[]): string {
  const each = [...new Set(values)];
  return `${noun}${each.length === 1 ? "" : "s"} ${each.join(", ")}`;
}
