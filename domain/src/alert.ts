// Owns: what may be watched in a run, when a value calls for an alert, and the words of it. Must not know: SQL, clocks, webhooks.
import { z } from "zod";

/** THRESHOLD and NON_FINITE look at every point; NO_NEW_POINT and ERROR_RATE at the time that has passed. */
export const AlertKind = z.enum(["THRESHOLD", "NON_FINITE", "NO_NEW_POINT", "ERROR_RATE"]);
export type AlertKind = z.infer<typeof AlertKind>;

export const ThresholdSide = z.enum(["BELOW", "AT_MOST", "ABOVE", "AT_LEAST"]);
export type ThresholdSide = z.infer<typeof ThresholdSide>;

export interface AlertCondition {
  readonly kind: AlertKind;
  /** Null: any metric. */
  readonly metric: string | null;
  /** On which side of the threshold a value calls for an alert. */
  readonly side: ThresholdSide | null;
  /** Of a metric, or the share of attempts that failed, 0 to 1. */
  readonly threshold: number | null;
  /** Past which a value must be, the other way, for the alert to end: between the two nothing changes. Null: the threshold. */
  readonly clearThreshold: number | null;
  /** Points in a row that must be past it. */
  readonly clearPoints: number;
  /** How long nothing may come, or how far back attempts are counted. */
  readonly minutes: number | null;
}

/** An error rate of fewer attempts says nothing. */
export const ATTEMPTS_FOR_A_RATE = 4;

/** CALLS for an alert, CLEARS one, or is BETWEEN the two thresholds: no reason to open one, and none to end one. */
export type PointVerdict = "CALLS" | "CLEARS" | "BETWEEN";

/** What a point says; null where it says nothing, as NaN does of a threshold. */
export function judgePoint(
  { kind, metric, side, threshold, clearThreshold }: AlertCondition,
  name: string,
  value: number,
): PointVerdict | null {
  if (metric !== null && metric !== name) return null;
  if (kind === "NON_FINITE") return Number.isFinite(value) ? "CLEARS" : "CALLS";
  if (kind !== "THRESHOLD" || side === null || threshold === null || Number.isNaN(value)) return null;
  if (isOnSide(side, value, threshold)) return "CALLS";
  return isOnSide(side, value, clearThreshold ?? threshold) ? "BETWEEN" : "CLEARS";
}

const isOnSide = (side: ThresholdSide, value: number, threshold: number): boolean => {
  switch (side) {
    case "BELOW":
      return value < threshold;
    case "AT_MOST":
      return value <= threshold;
    case "ABOVE":
      return value > threshold;
    case "AT_LEAST":
      return value >= threshold;
  }
};

const SIDE_WORDS: Readonly<Record<ThresholdSide, string>> = {
  BELOW: "below",
  AT_MOST: "not above",
  ABOVE: "above",
  AT_LEAST: "not below",
};

/** What a rule waits for, in words. */
export function conditionWords(condition: AlertCondition): string {
  const { kind, metric, side, threshold, minutes } = condition;
  switch (kind) {
    case "THRESHOLD":
      return `${metric} ${SIDE_WORDS[side ?? "ABOVE"]} ${threshold}${endWords(condition)}`;
    case "NON_FINITE":
      return `${metric ?? "any metric"} not finite${endWords(condition)}`;
    case "NO_NEW_POINT":
      return `no new point of ${metric ?? "any metric"} for ${minutes} min`;
    case "ERROR_RATE":
      return `${share(threshold ?? 0)} of stage attempts failed or lost within ${minutes} min${endWords(condition)}`;
  }
}

const CLEAR_WORDS: Readonly<Record<ThresholdSide, string>> = {
  BELOW: "not below",
  AT_MOST: "above",
  ABOVE: "not above",
  AT_LEAST: "below",
};

/** What ends it, where that is more than the next point on the other side. */
function endWords({ kind, side, clearThreshold, clearPoints }: AlertCondition): string {
  if (clearThreshold === null && clearPoints === 1) return "";
  if (kind === "ERROR_RATE") return `, until below ${share(clearThreshold ?? 0)}`;
  const value = clearThreshold === null ? "otherwise" : `${CLEAR_WORDS[side ?? "ABOVE"]} ${clearThreshold}`;
  return `, until ${value}${clearPoints === 1 ? "" : ` for ${clearPoints} points in a row`}`;
}

/** Why a point opened or resolved an alert, in six digits at most: its point has them all. */
export const pointWords = (name: string, step: number, value: number): string =>
  `${name} is ${Number.isFinite(value) ? Number(value.toPrecision(6)) : value} at step ${step}`;

export const rateWords = (failed: number, attempts: number, minutes: number): string =>
  `${failed} of ${attempts} stage attempts (${share(failed / attempts)}) failed or were lost within ${minutes} min`;

const share = (value: number): string => `${Math.round(value * 1_000) / 10}%`;
