// Owns: runs grouped by properties with everything else collapsed: estimates over seeds, curves, matched-seed differences. Must not know: how runs are
// chosen, SQL.
import { canonicalJson } from "@gradus/domain/canonical-json";
import type { Database } from "@gradus/prisma/database";
import type { EvaluationOfRun } from "@gradus/prisma/reading/evaluation-reader";
import { readLastPoints, readMetricSeries } from "@gradus/prisma/reading/metric-reader";
import type { RunAttribute } from "@gradus/prisma/reading/run-conditions";
import type { RunRow } from "@gradus/prisma/rows";
import { badInput } from "../errors.ts";
import type { ComparisonCurve, HeldOutImprovement, ProblemDifference } from "../generated/schema-types.ts";
import { readBeforeAndAfter, readCompleted } from "./compare.ts";
import type { ComparedMetric } from "./comparison-types.ts";
import { bucketWidth, collapseSeeds } from "./curves.ts";
import { comparedMetric, corrected } from "./estimate.ts";
import { heldOutImprovement, problemDifference } from "./improvement.ts";
import type { BeforeAndAfter } from "./improvement.ts";
import { RunValues } from "./run-values.ts";

export interface RunGroup {
  readonly key: readonly unknown[];
  /** The key in words. */
  readonly label: string;
  readonly runs: readonly RunRow[];
  readonly metrics: readonly ComparedMetric[];
  readonly curves: readonly ComparisonCurve[];
  /** Read when asked for: it needs every held-out result. */
  readonly improvement: () => Promise<HeldOutImprovement | null>;
  readonly overProblems: () => Promise<ProblemDifference | null>;
}

/** Groups in the order of their keys. */
export interface Grouped {
  readonly groups: RunGroup[];
  /** Label of the one that the others are compared with; null where there is none. */
  readonly baseline: string | null;
  readonly values: RunValues;
  /** Of all runs, those that have ended; read once, when it is first asked for. */
  readonly completed: () => Promise<readonly EvaluationOfRun[]>;
}

export interface GroupInput {
  readonly runs: readonly GroupedRun[];
  readonly by: readonly RunKey[];
  readonly metrics: readonly string[];
  readonly curves: readonly string[];
  readonly maxPoints: number;
  /** Key of the group that the others are compared with; null: the first one's. */
  readonly baseline: readonly unknown[] | null;
}

/** By what runs are grouped. */
export interface RunKey {
  readonly property: "CONFIG" | "TAG" | "METRIC" | "ATTRIBUTE";
  readonly name: string;
}

/** A run with what of it may be grouped by. */
export interface GroupedRun {
  readonly run: RunRow;
  readonly config: object;
  readonly tags: object;
  /** By their names in filters. */
  readonly attributes: Readonly<Record<RunAttribute, unknown>>;
}

/** A parameter by its name, nested ones with dots; a key that holds dots itself comes first, as in filters. Null where there is none. */
export function parameterOf(config: object, name: string): unknown {
  if (Object.hasOwn(config, name)) return (config as Record<string, unknown>)[name] ?? null;
  let at: unknown = config;
  for (const part of name.split(".")) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) return null;
    at = (at as Record<string, unknown>)[part];
  }
  return at ?? null;
}

/** As filters write them. */
const PREFIX = { CONFIG: "", TAG: "tags.", METRIC: "metrics.", ATTRIBUTE: "" } as const;

const rank = (value: unknown): number => (value === null ? 2 : typeof value === "number" ? 0 : 1);

/** Numbers by value, then anything else by its text, then what is not there. */
function byKeys(one: readonly unknown[], other: readonly unknown[]): number {
  for (const [at, a] of one.entries()) {
    const b = other[at];
    const order = rank(a) - rank(b) || (typeof a === "number" && typeof b === "number" ? a - b : 0);
    if (order !== 0) return order;
    const [left, right] = [canonicalJson(a), canonicalJson(b)];
    if (left !== right && typeof a !== "number") return left < right ? -1 : 1;
  }
  return 0;
}

/** By their keys; a fixed number of queries, however many runs there are. @throws GraphQLError BAD_USER_INPUT for a baseline that is no group */
export async function groupRuns(db: Database, { runs, by, metrics, curves, maxPoints, baseline }: GroupInput): Promise<Grouped> {
  const runIds = runs.map(({ run }) => run.id);
  const measured = by.flatMap(({ property, name }) => (property === "METRIC" ? [name] : []));
  const lastOf = new Map(
    (measured.length === 0 ? [] : await readLastPoints(db, runIds, measured)).map(({ runId, name, value }) => [`${runId}\n${name}`, value]),
  );
  const keyOf = ({ run, config, tags, attributes }: GroupedRun): unknown[] =>
    by.map(({ property, name }) => {
      if (property === "CONFIG") return parameterOf(config, name);
      if (property === "TAG") return Object.hasOwn(tags, name) ? (tags as Record<string, unknown>)[name] : null;
      if (property === "ATTRIBUTE") return attributes[name as RunAttribute] ?? null;
      const last = lastOf.get(`${run.id}\n${name}`);
      // As metric values are written in JSON.
      return last === undefined ? null : Number.isFinite(last) ? last : String(last);
    });
  const grouped = [
    ...Map.groupBy(
      runs.map((one) => ({ run: one.run, key: keyOf(one) })),
      ({ key }) => canonicalJson(key),
    ),
  ]
    .map(([text, members]) => ({
      text,
      key: members[0]?.key ?? [],
      runs: members.map(({ run }) => run).toSorted((one, other) => one.seed - other.seed || (one.id < other.id ? -1 : 1)),
    }))
    .toSorted((one, other) => byKeys(one.key, other.key));
  const wanted = baseline === null ? grouped[0] : grouped.find(({ text }) => text === canonicalJson(baseline));
  if (wanted === undefined && grouped.length > 0) throw badInput("baseline: there is no such group");

  const [points, endings] = await Promise.all([
    readLastPoints(db, runIds, metrics),
    curves.length === 0 ? [] : readLastPoints(db, runIds, curves),
  ]);
  const values = new RunValues(points);
  // One width for all, over the steps that there are: an external run does not say how many it will have.
  const width = bucketWidth(Math.max(1, ...endings.map(({ step }) => step)), maxPoints);
  const series = curves.length === 0 ? [] : await readMetricSeries(db, runIds, curves, { maxPoints, bucketWidth: width });
  const seriesOf = Map.groupBy(series, ({ runId }) => runId);

  const named = (key: readonly unknown[]): string =>
    by.map(({ property, name }, at) => `${PREFIX[property]}${name}=${canonicalJson(key[at] ?? null)}`).join(", ") || "all runs";
  let ended: ReturnType<typeof readCompleted> | undefined;
  const completed = (): ReturnType<typeof readCompleted> => (ended ??= readCompleted(db, runIds));
  let evaluated: ReturnType<typeof readBeforeAndAfter> | undefined;
  const resultsOf = async (ofGroup: readonly RunRow[]): Promise<BeforeAndAfter[]> => {
    evaluated ??= completed().then((all) => readBeforeAndAfter(db, all));
    const known = await evaluated;
    return ofGroup.flatMap(({ id }) => known.get(id) ?? []);
  };
  const rows = grouped.map((group) => {
    const { key, runs: ofGroup } = group;
    return {
      key,
      label: named(key),
      runs: ofGroup,
      metrics: metrics.map((name) =>
        comparedMetric(
          name,
          { name: named(key), values: values.finite(ofGroup, name) },
          values.perSeed(ofGroup, name),
          group === wanted || wanted === undefined ? null : { name: named(wanted.key), values: values.finite(wanted.runs, name) },
        ),
      ),
      curves: curves.map((name) => collapseSeeds(name, ofGroup, seriesOf, width)),
      improvement: async () => heldOutImprovement(named(key), await resultsOf(ofGroup)),
      overProblems: async () =>
        group === wanted || wanted === undefined
          ? null
          : problemDifference(
              { name: named(wanted.key), runs: await resultsOf(wanted.runs) },
              { name: named(key), runs: await resultsOf(ofGroup) },
            ),
    };
  });
  const adjusted = corrected(rows.map((row) => row.metrics));
  return {
    groups: rows.map((row, at) => ({ ...row, metrics: adjusted[at] ?? row.metrics })),
    baseline: wanted === undefined ? null : named(wanted.key),
    values,
    completed,
  };
}
