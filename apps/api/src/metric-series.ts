// Owns: a run's metric series as the schema shows them. Must not know: SQL.
import type { MetricAxis } from "@gradus/prisma/metrics/axis";
import type { BucketColumns } from "@gradus/prisma/metrics/buckets";
import { badInput } from "./errors.ts";
import type { MetricAxisInput, MetricBucket, MetricClock } from "./generated/schema-types.ts";
import type { Loaders } from "./loaders.ts";

interface Arguments {
  readonly names: readonly string[];
  readonly maxPoints?: number | null | undefined;
  readonly fromStep?: number | null | undefined;
  readonly toStep?: number | null | undefined;
  readonly over?: MetricAxisInput | null | undefined;
  readonly from?: number | null | undefined;
  readonly to?: number | null | undefined;
}

/** What the resolvers of a series start from. */
export interface BucketedSeries {
  readonly runId: string;
  readonly name: string;
  readonly bucketWidth: number;
  readonly folded: BucketColumns;
}

const EMPTY: BucketColumns = {
  length: 0,
  fromStep: new Int32Array(),
  toStep: new Int32Array(),
  from: new Int32Array(),
  to: new Int32Array(),
  min: new Float64Array(),
  max: new Float64Array(),
  mean: new Float64Array(),
  count: new Int32Array(),
  nonFinite: new Int32Array(),
  last: new Float64Array(),
};

/** In the order of the names; a name without points has an empty series. @throws GraphQLError BAD_USER_INPUT */
export async function seriesOf(load: Loaders, runId: string, { names, maxPoints, over, ...range }: Arguments): Promise<BucketedSeries[]> {
  const most = maxPoints ?? 500;
  if (most < 1 || most > 10_000) throw badInput("maxPoints: 1 to 10,000");
  const asked = { names, maxPoints: most, ...range, ...(over && { over: axisOf(over) }) };
  const series = new Map((await load.metricSeriesOfRun(runId, asked)).map((one) => [one.name, one]));
  return names.map((name) => {
    const found = series.get(name);
    return { runId, name, bucketWidth: found?.bucketWidth ?? 1, folded: found?.buckets ?? EMPTY };
  });
}

const axisOf = ({ metric, clock }: MetricAxisInput): MetricAxis => (metric == null ? { clock: clock as MetricClock } : { metric });

/** The columns bucket by bucket. */
export const toBuckets = (columns: BucketColumns): MetricBucket[] =>
  Array.from({ length: columns.length }, (_, at) => ({
    fromStep: columns.fromStep[at] as number,
    toStep: columns.toStep[at] as number,
    from: columns.from[at] as number,
    to: columns.to[at] as number,
    min: orNull(columns.min[at] as number),
    max: orNull(columns.max[at] as number),
    mean: orNull(columns.mean[at] as number),
    count: columns.count[at] as number,
    nonFinite: columns.nonFinite[at] as number,
    last: columns.last[at] as number,
  }));

/** NaN stands for "no finite value" here: no statistic over finite values is NaN. */
export const orNull = (value: number): number | null => (Number.isNaN(value) ? null : value);
