// Owns: the columns of the list and what orders it by them. Must not know: how a cell is shown.
import type { ExperimentsQuery } from "../../generated/graphql.ts";

type Experiment = ExperimentsQuery["experiments"]["nodes"][number];

export interface Column {
  readonly name: string;
  readonly title: string;
  readonly isFixed?: boolean;
  readonly isWideOnly?: boolean;
  /** Rising. `best`: the best pass@1 by experiment, as far as it is known. */
  readonly compare: (one: Experiment, other: Experiment, best: ReadonlyMap<string, number>) => number;
}

/** Tags as the filter has them, `key=value`. */
export const tagsOf = ({ tags }: { readonly tags?: unknown }): string[] =>
  Object.entries((tags ?? {}) as Readonly<Record<string, unknown>>).map(([key, value]) => `${key}=${String(value)}`);

/** What is not known stands behind what is, whichever way round: -Infinity sorts below all that are. */
const number = (value: number | undefined): number => value ?? -Infinity;

const share = ({ runs }: Experiment): number => {
  const total = runs.reduce((sum, { totalSteps }) => sum + totalSteps, 0);
  return total === 0 ? 0 : runs.reduce((sum, { stepsDone }) => sum + stepsDone, 0) / total;
};

export const COLUMNS: readonly Column[] = [
  { name: "name", title: "Name and question", isFixed: true, compare: (one, other) => one.name.localeCompare(other.name) },
  { name: "status", title: "Status", compare: (one, other) => one.status.localeCompare(other.status) },
  { name: "arms", title: "Arms × seeds", isWideOnly: true, compare: (one, other) => one.runs.length - other.runs.length },
  { name: "steps", title: "Steps", compare: (one, other) => share(one) - share(other) },
  { name: "best", title: "Best pass@1", compare: (one, other, best) => number(best.get(one.id)) - number(best.get(other.id)) || 0 },
  { name: "tags", title: "Tags", isWideOnly: true, compare: (one, other) => tagsOf(one).join(" ").localeCompare(tagsOf(other).join(" ")) },
  { name: "created", title: "Created", isWideOnly: true, compare: (one, other) => one.createdAt.localeCompare(other.createdAt) },
];

/** `sort`: a column's name and + (rising) or -; what is none leaves the API's order. */
export function inOrder(experiments: readonly Experiment[], sort: string, best: ReadonlyMap<string, number>): readonly Experiment[] {
  const compare = COLUMNS.find(({ name }) => name === sort.slice(0, -1))?.compare;
  if (compare === undefined) return experiments;
  const sign = sort.endsWith("-") ? -1 : 1;
  return experiments.toSorted((one, other) => sign * compare(one, other, best));
}
