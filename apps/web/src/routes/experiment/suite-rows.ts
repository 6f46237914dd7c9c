// Owns: which metrics of an experiment are pass@k of which suite and which part of it, in the order to read them in. Must not know: components, values.
import { BUCKETS, bucketName } from "../../curves/buckets.ts";

export interface Suite {
  readonly name: string;
  readonly isOutOfDomain: boolean;
}

export interface SuiteRow {
  readonly metric: string;
  /** Null: the experiment's own held-out problems. */
  readonly suite: Suite | null;
  /** As written in the metric's name; null: all of its problems. */
  readonly part: string | null;
  readonly k: number;
}

/** Beside the experiment's own held-out problems, as any of its arms has them. */
export function suitesOf(configurations: readonly unknown[]): Suite[] {
  const all = configurations.flatMap((one) => {
    const { evaluation } = (one ?? {}) as { evaluation?: { suites?: readonly { name: string; domain?: string }[] } };
    return (evaluation?.suites ?? []).map(({ name, domain }) => ({ name, isOutOfDomain: domain === "OUT_OF_DOMAIN" }));
  });
  return [...new Map(all.map((suite) => [suite.name, suite])).values()];
}

const NAME = /^evaluation\/(?:([a-z0-9][a-z0-9-]*)\/)?pass@(\d+)(?:\/(.+))?$/;
const place = (order: readonly string[], name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);

/** By suite, the experiment's own first; in it all problems before its parts, bands from easy to hard; in each by k. What is no pass@k is left out. */
export function suiteRows(metrics: readonly string[], suites: readonly Suite[]): SuiteRow[] {
  const rows = metrics.flatMap((metric): SuiteRow[] => {
    const [, name, k, part] = NAME.exec(metric) ?? [];
    const suite = suites.find((one) => one.name === name) ?? null;
    return k === undefined || (name !== undefined && suite === null) ? [] : [{ metric, suite, part: part ?? null, k: Number(k) }];
  });
  const orderOf = ({ suite }: SuiteRow): number => (suite === null ? -1 : suites.indexOf(suite));
  return rows.toSorted(
    (a, b) =>
      orderOf(a) - orderOf(b) ||
      Number(a.part !== null) - Number(b.part !== null) ||
      place(BUCKETS, a.part ?? "") - place(BUCKETS, b.part ?? "") ||
      (a.part ?? "").localeCompare(b.part ?? "") ||
      a.k - b.k,
  );
}

/** `easy-medium`, `hard`, `deduction`: bands, environments and publishers' words alike. */
export const partName = (part: string | null): string => (part === null ? "all" : bucketName(part));
