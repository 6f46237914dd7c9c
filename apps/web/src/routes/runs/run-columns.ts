// Owns: the columns of the list of runs and what orders it by them. Must not know: how a cell is shown.
import type { RunsQuery } from "../../generated/graphql.ts";

export type ListedRun = RunsQuery["runs"]["nodes"][number];

/** Its last value of a metric; undefined where it has none. A value that is not finite is its name. */
export const lastOf = (run: ListedRun, metric: string): ListedRun["metricNames"]["nodes"][number]["lastValue"] | undefined =>
  run.metricNames.nodes.find(({ name }) => name === metric)?.lastValue;

export const nameOf = ({ id, name }: ListedRun): string => name ?? id;

/** Tags as the filter has them, `key=value`. */
export const tagsOf = ({ tags }: ListedRun): string[] =>
  Object.entries((tags ?? {}) as Readonly<Record<string, unknown>>).map(([key, value]) => `${key}=${String(value)}`);

export interface RunColumn {
  readonly name: string;
  readonly title: string;
  readonly isWideOnly?: boolean;
  /** Rising. */
  readonly compare: (one: ListedRun, other: ListedRun) => number;
}

const share = ({ stepsDone, totalSteps }: ListedRun): number => (totalSteps === 0 ? 0 : stepsDone / totalSteps);

/** Runs without a number stand behind those with one, whichever way round: -Infinity sorts below all that are. */
const number = (value: unknown): number => (typeof value === "number" ? value : -Infinity);

export const columnsFor = (metric: string): readonly RunColumn[] => [
  { name: "run", title: "Run", compare: (one, other) => nameOf(one).localeCompare(nameOf(other)) },
  { name: "status", title: "Status", compare: (one, other) => one.status.localeCompare(other.status) },
  { name: "steps", title: "Steps", isWideOnly: true, compare: (one, other) => share(one) - share(other) },
  { name: "metric", title: metric, compare: (one, other) => number(lastOf(one, metric)) - number(lastOf(other, metric)) || 0 },
  { name: "tags", title: "Tags", compare: (one, other) => tagsOf(one).join(" ").localeCompare(tagsOf(other).join(" ")) },
  { name: "created", title: "Created", isWideOnly: true, compare: (one, other) => one.createdAt.localeCompare(other.createdAt) },
];

/** `sort`: a column's name and + (rising) or -; what is none leaves the API's order. */
export function runsInOrder(runs: readonly ListedRun[], sort: string, metric: string): readonly ListedRun[] {
  const compare = columnsFor(metric).find(({ name }) => name === sort.slice(0, -1))?.compare;
  if (compare === undefined) return runs;
  const sign = sort.endsWith("-") ? -1 : 1;
  return runs.toSorted((one, other) => sign * compare(one, other));
}
