// Owns: Query.metricSeries.
import { seriesOf } from "../../metric-series.ts";
import { badInput } from "../../errors.ts";
import type { QueryResolvers } from "../../generated/schema-types.ts";

const MOST_SERIES = 2_000;

export const metricSeries: NonNullable<QueryResolvers["metricSeries"]> = async (_parent, { runIds, ...args }, { load }) => {
  if (runIds.length * args.names.length > MOST_SERIES) throw badInput(`at most ${MOST_SERIES} series at once`);
  return (await Promise.all(runIds.map((runId) => seriesOf(load, runId, args)))).flat();
};
