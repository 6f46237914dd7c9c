// Owns: which metrics are shares of a whole, by their names. Must not know: charts.
import type { ChartRange } from "../components/chart-data.ts";

const SHARES = /(?:pass@\d+|pass_rate|solve_rate|error_rate|truncated|clip_fraction)$/;

/** 0 to 1 for a metric that can be nothing else; undefined for any other. */
export const boundsOf = (metric: string): ChartRange | undefined => (SHARES.test(metric) ? [0, 1] : undefined);
