// Owns: the columns of the list and what orders it by them. Must not know: how a cell is shown.
import type { ExperimentsQuery } from "../../generated/graphql.ts";

type Experiment = ExperimentsQuery["experiments"]["nodes"][number];

export interface Column {
  readonly name: string;
  readonly title: string;
  readonly isFixed?: boolean;
  readonly isWideOnly?: boolean;
  /** Rising; absent: the list cannot be ordered by it. */
  readonly compare?: (one: Experiment, other: Experiment) => number;
}

const share = ({ runs }: Experiment): number => {
  const total = runs.reduce((sum, { totalSteps }) => sum + totalSteps, 0);
  return total === 0 ? 0 : runs.reduce((sum, { stepsDone }) => sum + stepsDone, 0) / total;
};

export const COLUMNS: readonly Column[] = [
  { name: "name", title: "Name and question", isFixed: true, compare: (one, other) => one.name.localeCompare(other.name) },
  { name: "status", title: "Status", compare: (one, other) => one.status.localeCompare(other.status) },
  { name: "arms", title: "Arms × seeds", isWideOnly: true, compare: (one, other) => one.runs.length - other.runs.length },
  { name: "steps", title: "Steps", compare: (one, other) => share(one) - share(other) },
  { name: "best", title: "Best pass@1" },
  { name: "created", title: "Created", isWideOnly: true, compare: (one, other) => one.createdAt.localeCompare(other.createdAt) },
];

/** `sort`: a column's name and + (rising) or -; what is none leaves the API's order. */
export function inOrder(experiments: readonly Experiment[], sort: string): readonly Experiment[] {
  const compare = COLUMNS.find(({ name }) => name === sort.slice(0, -1))?.compare;
  if (compare === undefined) return experiments;
  const sign = sort.endsWith("-") ? -1 : 1;
  return experiments.toSorted((one, other) => sign * compare(one, other));
}
