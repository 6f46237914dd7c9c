// Owns: a run's metric series as the schema shows them. Must not know: SQL.
import { badInput } from "./errors.ts";
import type { MetricSeries } from "./generated/schema-types.ts";
import type { Loaders } from "./loaders.ts";

interface Arguments {
  readonly names: readonly string[];
  readonly maxPoints?: number | null | undefined;
  readonly fromStep?: number | null | undefined;
  readonly toStep?: number | null | undefined;
}

/** In the order of the names; a name without points has an empty series. @throws GraphQLError BAD_USER_INPUT */
export async function seriesOf(load: Loaders, runId: string, { names, maxPoints, fromStep, toStep }: Arguments): Promise<MetricSeries[]> {
  const most = maxPoints ?? 500;
  if (most < 1 || most > 10_000) throw badInput("maxPoints: 1 to 10,000");
  const series = new Map((await load.metricSeriesOfRun(runId, { names, maxPoints: most, fromStep, toStep })).map((one) => [one.name, one]));
  return names.map((name) => ({
    runId,
    name,
    bucketSteps: series.get(name)?.bucketSteps ?? 1,
    buckets: [...(series.get(name)?.buckets ?? [])],
  }));
}
