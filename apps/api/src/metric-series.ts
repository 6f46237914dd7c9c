// Owns: a run's metric series as the schema shows them. Must not know: SQL.
import type { BucketColumns } from "@gradus/prisma/metrics/buckets";
import { badInput } from "./errors.ts";
import type { MetricBucket, MetricColumns } from "./generated/schema-types.ts";
import type { Loaders } from "./loaders.ts";

interface Arguments {
  readonly names: readonly string[];
  readonly maxPoints?: number | null | undefined;
  readonly fromStep?: number | null | undefined;
  readonly toStep?: number | null | undefined;
}

/** What the resolvers of a series start from. */
export interface BucketedSeries {
  readonly runId: string;
  readonly name: string;
  readonly bucketSteps: number;
  readonly folded: BucketColumns;
}

const EMPTY: BucketColumns = {
  length: 0,
  fromStep: new Int32Array(),
  toStep: new Int32Array(),
  min: new Float64Array(),
  max: new Float64Array(),
  mean: new Float64Array(),
  count: new Int32Array(),
  nonFinite: new Int32Array(),
  last: new Float64Array(),
};

/** In the order of the names; a name without points has an empty series. @throws GraphQLError BAD_USER_INPUT */
export async function seriesOf(load: Loaders, runId: string, { names, maxPoints, fromStep, toStep }: Arguments): Promise<BucketedSeries[]> {
  const most = maxPoints ?? 500;
  if (most < 1 || most > 10_000) throw badInput("maxPoints: 1 to 10,000");
  const series = new Map((await load.metricSeriesOfRun(runId, { names, maxPoints: most, fromStep, toStep })).map((one) => [one.name, one]));
  return names.map((name) => {
    const found = series.get(name);
    return { runId, name, bucketSteps: found?.bucketSteps ?? 1, folded: found?.buckets ?? EMPTY };
  });
}

/** Column by column: one leaf each, where buckets would be eight fields a bucket. */
export const toColumns = ({ fromStep, toStep, min, max, mean, count, nonFinite, last }: BucketColumns): MetricColumns => ({
  fromStep: Array.from(fromStep),
  toStep: Array.from(toStep),
  min: Array.from(min, orNull),
  max: Array.from(max, orNull),
  mean: Array.from(mean, orNull),
  count: Array.from(count),
  nonFinite: Array.from(nonFinite),
  last: Array.from(last),
});

/** The same, bucket by bucket. */
export const toBuckets = (columns: BucketColumns): MetricBucket[] =>
  Array.from({ length: columns.length }, (_, at) => ({
    fromStep: columns.fromStep[at] as number,
    toStep: columns.toStep[at] as number,
    min: orNull(columns.min[at] as number),
    max: orNull(columns.max[at] as number),
    mean: orNull(columns.mean[at] as number),
    count: columns.count[at] as number,
    nonFinite: columns.nonFinite[at] as number,
    last: columns.last[at] as number,
  }));

/** NaN stands for "no finite value" here: no statistic over finite values is NaN. */
const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
