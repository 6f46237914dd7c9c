// Owns: every stored point of one metric, superseded ones included, as the schema shows them. Must not know: SQL.
import type { Database } from "@gradus/prisma/database";
import { readSeries } from "@gradus/prisma/metrics/read-series";
import { slice } from "@gradus/prisma/metrics/series-points";
import { badInput } from "./errors.ts";
import type { MetricHistory } from "./generated/schema-types.ts";

interface Arguments {
  readonly name: string;
  readonly fromStep?: number | null | undefined;
  readonly toStep?: number | null | undefined;
  readonly first?: number | null | undefined;
  readonly offset?: number | null | undefined;
}

/** @throws GraphQLError BAD_USER_INPUT */
export async function historyOf(
  { sql }: Database,
  runId: string,
  { name, fromStep, toStep, first, offset }: Arguments,
): Promise<MetricHistory> {
  const [size, from] = [first ?? 1_000, offset ?? 0];
  if (size < 1 || size > 10_000) throw badInput("first: 1 to 10,000");
  if (from < 0) throw badInput("offset: not below 0");
  const [series] = await readSeries(sql, { runIds: [runId], names: [name], fromStep, toStep });
  if (series === undefined) return { step: [], value: [], time: [], segment: [], batch: [], current: [], totalCount: 0 };
  const { steps: all } = series.points;
  const { steps, values, times, segments, batches } = slice(series.points, from, from + size);
  return {
    step: [...steps],
    value: [...values],
    time: [...times],
    segment: [...segments],
    batch: [...batches],
    current: Array.from(steps, (step, at) => (all[from + at + 1] === step ? 0 : 1)),
    totalCount: all.length,
  };
}
