// Owns: one honest sentence for a comparison. Must not know: how the numbers were made.
import { excludes, type Estimate } from "./interval.ts";

export interface ComparisonNames {
  /** What the difference is of, e.g. `held-out pass@1`. */
  readonly metric: string;
  readonly a: string;
  readonly b: string;
  /** Digits after the point. */
  readonly digits?: number;
}

const DUST = 1e-12;

/**
 * A sentence for b - a. It calls something a difference only where the interval excludes 0, and always names n and what the interval is
 * over: "no difference seen in X between a and b: +0.012 [-0.200, +0.224], n = 2 seeds". A higher metric is not assumed to be better.
 */
export function verdictSentence(difference: Estimate, { metric, a, b, digits = 3 }: ComparisonNames): string {
  const { value, n, interval } = difference;
  const most = Math.max(Math.abs(value), Math.abs(interval?.low ?? 0), Math.abs(interval?.high ?? 0));
  // A norm of 1e-5 is not told of in thousandths; what is smaller than DUST is what adding leaves behind.
  const isScientific = (most > DUST && most < 0.5 * 10 ** -digits) || most >= 1e7;
  const size = (value: number): string => (isScientific ? Math.abs(value).toExponential(2) : Math.abs(value).toFixed(digits));
  const signed = (value: number): string => `${value < 0 ? "-" : "+"}${size(value)}`;
  const counted = (noun: string): string => `n = ${n} ${n === 1 ? noun.slice(0, -1) : noun}`;
  if (interval === null) return `undecided: ${metric} of ${b} minus ${a} is ${signed(value)}, ${counted("seeds")}, no interval`;
  const noun = interval.over.toLowerCase();
  const figures = `${signed(value)} [${signed(interval.low)}, ${signed(interval.high)}], ${counted(noun)}`;
  if (!excludes(interval, 0)) return `no difference seen in ${metric} between ${a} and ${b}: ${figures}`;
  return `${b} has ${value > 0 ? "higher" : "lower"} ${metric} than ${a}: ${figures}`;
}
