// Owns: what an interval says of itself, so that one over seeds is never taken for one over problems. Must not know: how any is computed.

/** What varies behind the interval: training seeds, evaluated problems, or attempts at one thing. */
export type IntervalOver = "SEEDS" | "PROBLEMS" | "ATTEMPTS";
export type IntervalMethod = "STUDENT_T" | "BOOTSTRAP_PERCENTILE" | "WILSON" | "CLOPPER_PEARSON";

export interface Interval {
  readonly low: number;
  readonly high: number;
  /** Coverage, e.g. 0.95. */
  readonly level: number;
  readonly over: IntervalOver;
  readonly method: IntervalMethod;
}

/** An estimate; `interval` is null where the data cannot carry one, and `note` then says why. */
export interface Estimate {
  readonly value: number;
  /** Seeds, problems or attempts behind it. */
  readonly n: number;
  readonly interval: Interval | null;
  readonly note: string | null;
}

/** True where the interval leaves `value` out. */
export function excludes(interval: Interval, value: number): boolean {
  return value < interval.low || value > interval.high;
}
